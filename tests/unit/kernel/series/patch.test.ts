import { test } from 'tap'
import { essenceOf } from '../../../../harness/kernel/series/patch.ts'
import { gmemPatch } from '../fixtures/mini-tree.ts'

const diff = ['--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a', '+b', ''].join('\n')

void test('abbreviated blob names, times of files and the text around the changes do not matter', (t) => {
  t.equal(essenceOf(gmemPatch()), essenceOf(gmemPatch().replace('1111111..2222222', '111111111..222222222')))
  t.equal(essenceOf(diff), essenceOf(diff.replace('+++ b/x', '+++ b/x\t2026-11-23 20:02:14.208 +0000')))
  t.equal(essenceOf(diff), essenceOf(`Because.\n---\n x | 2 +-\n\n${diff}-- \n2.39.5\n\n`))
  t.equal(essenceOf(diff), diff)
  t.end()
})

void test('all that git apply reads matters', (t) => {
  t.not(essenceOf(gmemPatch()), essenceOf(gmemPatch('2', '3')))
  t.not(essenceOf(diff), essenceOf(diff.replace('+++ b/x', '+++ b/x\t1970-01-01 00:00:00 +0000')))
  const signature = ['--- a/x', '+++ b/x', '@@ -1,2 +1,2 @@', ' one', '-- ', '+two', ''].join('\n')
  t.not(essenceOf(signature), essenceOf(signature.replace('+two', '+three')), 'a removed line like a signature')
  const removed = ['--- a/x', '+++ b/x', '@@ -1,2 +1 @@', ' one', '--- a\t2026-11-23 20:02 b', ''].join('\n')
  t.not(essenceOf(removed), essenceOf(removed.replace('20:02', '20:03')), 'a removed line like a header')
  t.end()
})
