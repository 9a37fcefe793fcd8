// A file is complete or absent, and for its owner alone.
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { isMissing, readJson, rememberJson, writeWhole } from '../../../harness/cache/atomic-file.ts'

void test('a file is written with its directories, for its owner alone', async (t) => {
  const file = path.join(t.testdir({}), 'deep/down/file')
  await writeWhole(file, 'one')
  await writeWhole(file, 'two')
  t.equal(await readFile(file, 'utf8'), 'two')
  t.strictSame(await readdir(path.dirname(file)), ['file'])
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.equal((await stat(path.dirname(file))).mode & 0o777, 0o700)
})

void test('a failure leaves no other file', async (t) => {
  const root = t.testdir({ file: {} })
  await t.rejects(writeWhole(path.join(root, 'file'), 'text'), { code: 'EISDIR' })
  t.strictSame(await readdir(root), ['file'])
})

void test('a remembered value is read again; a cache that cannot be written is no error', async (t) => {
  const root = t.testdir({ file: '{"a": ' })
  const file = path.join(root, 'value.json')
  await rememberJson(file, { a: 1 })
  t.strictSame(await readJson(file), { a: 1 })
  t.equal(await readJson(path.join(root, 'file')), undefined)
  await rememberJson(path.join(root, 'file/value.json'), { a: 1 })
  await rememberJson('/proc/gmemtest/value.json', { a: 1 })
  const error: unknown = await readFile(path.join(root, 'file/none')).catch((thrown: unknown) => thrown)
  t.ok(isMissing(error), 'ENOTDIR counts as missing')
})

void test('what a killed process left beside a remembered file goes with the next write', async (t) => {
  const directory = t.testdir({ '.making-999999999-x': 'half', [`.making-${process.pid}-y`]: 'ours' })
  await rememberJson(path.join(directory, 'a.json'), { b: 1 })
  t.strictSame((await readdir(directory)).toSorted(), [`.making-${process.pid}-y`, 'a.json'].toSorted())
})
