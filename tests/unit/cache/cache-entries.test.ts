// The entries of the cache have a size, a time, and a part.
import { link, mkdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { listEntries } from '../../../harness/cache/cache-entries.ts'

const { signal } = new AbortController()

void test('the list has the last used first, and what pruning leaves alone', async (t) => {
  const cache = t.testdir({ 'compiler.json': '{}', guest: { images: { a: 'x' } } })
  for (const [index, name] of ['kernels/a b', 'kernels/.making-1-x', 'snapshots/s'].entries()) {
    await mkdir(path.join(cache, name), { recursive: true })
    await writeFile(path.join(cache, name, 'file'), Buffer.alloc(8192, 1))
    await utimes(path.join(cache, name), 1000 + index, 1000 + index)
  }
  const entries = await listEntries(cache, signal)
  t.match(entries, [
    { entry: 'guest', part: undefined },
    { entry: 'snapshots/s', part: 'snapshots', name: 's', usedAt: 1_002_000 },
    { entry: 'kernels/a b', part: 'kernels', name: 'a b', usedAt: 1_000_000 },
  ])
  t.equal(entries.length, 3)
  t.ok(entries.every(({ bytes }) => bytes >= 4096 && bytes < 20_000))
})

void test('trees share the size of a file with several links, and are measured again after an hour, or if asked', async (t) => {
  const cache = t.testdir()
  for (const name of ['trees/t', 'sources/s']) await mkdir(path.join(cache, name), { recursive: true })
  const file = path.join(cache, 'sources/s/file')
  await writeFile(file, Buffer.alloc(2 ** 20, 1))
  await link(file, path.join(cache, 'trees/t/file'))
  const sizes = async (exact?: boolean): Promise<number[]> =>
    (await listEntries(cache, signal, exact)).map(({ bytes }) => Math.round(bytes / 2 ** 19))
  t.strictSame(await sizes(), [1, 1])
  await writeFile(path.join(cache, 'trees/t/more'), Buffer.alloc(2 ** 20, 1))
  t.strictSame(await sizes(), [1, 1])
  t.strictSame(new Set(await sizes(true)), new Set([1, 3]))
})

void test('a cache that does not exist is empty', async (t) => {
  t.strictSame(await listEntries(path.join(t.testdir(), 'none'), signal), [])
})
