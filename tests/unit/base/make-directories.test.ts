import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { makeDirectories } from '../../../harness/base/make-directories.ts'

void test('missing directories are made, by two callers at the same time too', async (t) => {
  const directory = path.join(t.testdir({}), 'a', 'b', 'c')
  await Promise.all([makeDirectories(directory), makeDirectories(directory)])
  t.ok((await stat(directory)).isDirectory())
  await makeDirectories(directory)
  await t.rejects(mkdir(directory), { code: 'EEXIST' })
})

void test('a file system without new directories is an error, at once', async (t) => {
  await t.rejects(makeDirectories('/proc/gmemtest/results'), { code: 'ENOENT' })
  const file = path.join(t.testdir({ file: '' }), 'file')
  await t.rejects(makeDirectories(file), { code: 'EEXIST' })
  await t.rejects(makeDirectories(path.join(file, 'below')), { code: 'EEXIST' })
})
