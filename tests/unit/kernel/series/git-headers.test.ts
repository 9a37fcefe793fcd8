// A plain diff gets the lines by which git patch-id knows a file, and other diffs stay as they are.
import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { withGitHeaders } from '../../../../harness/kernel/series/git-headers.ts'

const files = ['--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n', '--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n'] as const
const headers = ['diff --git a/x b/x\n', 'diff --git a/y b/y\n'] as const
const [x, y] = files
const withHeaders = `${headers[0]}${x}${headers[1]}${y}`

function idOf(diff: string): string {
  return execFileSync('git', ['patch-id', '--stable'], { input: diff, encoding: 'utf8' }).split(' ')[0] ?? ''
}

void test('each file of a plain diff gets its line, once', (t) => {
  t.equal(withGitHeaders(x + y), withHeaders)
  t.equal(withGitHeaders(withHeaders), withHeaders)
  const indexed = `${headers[0]}index 1..2 100644\n${x}`
  t.equal(withGitHeaders(indexed + y), `${indexed}${headers[1]}${y}`)
  t.end()
})

void test('a line of a hunk that looks like the start of a file is a line of the hunk', (t) => {
  const sql = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- old\n+++ new\n c\n'
  t.equal(withGitHeaders(sql), `${headers[0]}${sql}`)
  const end = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n'
  t.equal(withGitHeaders(end + y), `${headers[0]}${end}${headers[1]}${y}`)
  t.end()
})

void test('new and removed files, and names with times', (t) => {
  const hunk = '@@ -0,0 +1 @@\n+b\n'
  const made = `--- /dev/null\t2026-01-01\n+++ b/n\t2026-01-01\n${hunk}`
  t.equal(withGitHeaders(made), `diff --git a/n b/n\n${made}`)
  const removed = '--- a/o\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n'
  t.equal(withGitHeaders(removed), `diff --git a/o b/o\n${removed}`)
  t.end()
})

void test('git names the plain diff as the commit', (t) => {
  t.equal(idOf(x), '', 'a plain diff has no name for git')
  t.match(idOf(withGitHeaders(x + y)), /^[0-9a-f]{40}$/)
  t.equal(idOf(withGitHeaders(x + y)), idOf(withHeaders))
  t.end()
})

void test('text between the files of a patch is no part of its name', (t) => {
  const quilt = `Index: linux/x\n====\n${x}Index: linux/y\n====\n${y}`
  t.equal(idOf(withGitHeaders(quilt)), idOf(withHeaders), 'the lines of quilt')
  const attached = `${headers[0]}${x}-- \n2.39.5\n\n---\n y | 2 +-\n\n${headers[1]}${y}-- \n2.39.5\n`
  t.equal(idOf(withGitHeaders(attached)), idOf(withHeaders), 'the signature before a second attachment')
  const end = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n'
  t.equal(withGitHeaders(`${end}\n${y}`), `${headers[0]}${end}${headers[1]}${y}`, 'a lost line feed is no text')
  const moved = 'diff --git a/p b/q\nsimilarity index 100%\nrename from p\nrename to q\n'
  t.equal(withGitHeaders(`${withHeaders}${moved}`), `${withHeaders}${moved}`)
  t.equal(withGitHeaders(`diff -ur a/x b/x\n${x}diff -ur a/y b/y\n${y}`).match(/^diff -ur/gm)?.length, 2)
  t.end()
})
