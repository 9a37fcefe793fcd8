// A directory is complete or absent; killed processes leave nothing for long.
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { discard, makeWhole, prune } from '../../../harness/cache/whole-directory.ts'

async function fill(directory: string): Promise<void> {
  await writeFile(path.join(directory, 'file'), 'content')
}

async function failHalfway(directory: string): Promise<void> {
  await writeFile(path.join(directory, 'half'), '')
  throw new Error('no')
}

void test('a directory gets its name when it is complete, for its owner alone', async (t) => {
  const directory = path.join(t.testdir({}), 'deep', 'down')
  await makeWhole(directory, async (aside) => {
    t.not(aside, directory)
    await fill(aside)
  })
  t.strictSame(await readdir(directory), ['file'])
  t.equal((await stat(directory)).mode & 0o777, 0o700)
  t.equal((await stat(path.dirname(directory))).mode & 0o777, 0o700)
})

void test('a failure leaves nothing', async (t) => {
  const root = t.testdir({})
  await t.rejects(makeWhole(path.join(root, 'a'), failHalfway), { message: 'no' })
  t.strictSame(await readdir(root), [])
})

void test('an existing directory stays when it is good, and is replaced otherwise', async (t) => {
  const root = t.testdir({ a: { old: '' } })
  const directory = path.join(root, 'a')
  await makeWhole(directory, fill, async () => true)
  t.strictSame(await readdir(directory), ['old'])
  await makeWhole(directory, fill)
  t.strictSame(await readdir(directory), ['file'])
  t.strictSame(await readdir(root), ['a'])
})

void test('half-made directories of dead processes are removed, those of living processes stay', async (t) => {
  const root = t.testdir({})
  const alive = `.making-${process.pid}-x`
  await mkdir(path.join(root, '.making-4194999-x'))
  await mkdir(path.join(root, alive))
  await makeWhole(path.join(root, 'a'), fill)
  t.strictSame((await readdir(root)).toSorted(), [alive, 'a'])
})

void test('a directory is discarded, unless another one has taken its place', async (t) => {
  const root = t.testdir({ a: { file: '' } })
  const directory = path.join(root, 'a')
  await discard(directory, async () => false)
  t.strictSame(await readdir(root), ['a'])
  await discard(directory, async (candidate) => (await readdir(candidate)).includes('file'))
  t.strictSame(await readdir(root), [])
  await discard(directory)
})

void test('pruning keeps the entries that were used last', async (t) => {
  const root = t.testdir({ a: {}, b: {}, 'c.json': '', '.making-4194999-x': {} })
  for (const [name, time] of [
    ['a', 3],
    ['b', 1],
    ['c.json', 2],
  ] as const) {
    await utimes(path.join(root, name), time, time)
  }
  await prune(root, 2)
  t.strictSame((await readdir(root)).toSorted(), ['a', 'c.json'])
  await prune(path.join(root, 'nowhere'), 2)
})
