// Pruning removes what was not used for longest, and nothing that is in use.
import { link, mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import type { CacheEntry } from '../../../harness/cache/cache-entries.ts'
import { lockNow, takeFreeLock } from '../../../harness/cache/lock.ts'
import { planPruning, pruneCache } from '../../../harness/cache/pruning.ts'
import { holdEntry } from '../../../harness/cache/uses.ts'

const { signal } = new AbortController()
const mebibyte = 2 ** 20

function entry(name: string, bytes: number, usedAt: number, part: CacheEntry['part'] = 'kernels'): CacheEntry {
  return { entry: `${part}/${name}`, part, name, bytes, usedAt }
}

void test('the plan has the oldest entries, as many as the size needs', async (t) => {
  const entries = [entry('new', 10, 3), entry('old', 10, 1), entry('middle', 10, 2)]
  const names = (limits: Parameters<typeof planPruning>[1], used: readonly string[] = []): string[] =>
    planPruning(entries, limits, new Set(used)).map(({ name }) => name)
  t.strictSame(names({ most: 30 }), [])
  t.strictSame(names({ most: 29 }), ['old'])
  t.strictSame(names({ most: 0 }), ['old', 'middle', 'new'])
  t.strictSame(names({ keepSince: 3 }), ['old', 'middle'])
  t.strictSame(names({ keepSince: 2, most: 10 }), ['old', 'middle'])
  t.strictSame(names({ most: 29 }, ['kernels/old']), ['middle'])
})

void test('a folder of the cache that is no part counts, and stays', async (t) => {
  const entries = [{ ...entry('node', 100, 0), part: undefined }, entry('k', 1, 5)]
  t.strictSame(
    planPruning(entries, { most: 100 }, new Set()).map(({ name }) => name),
    ['k'],
  )
})

/** Makes entries of 1 MiB, the first used first. */
async function fill(cache: string, entries: readonly string[]): Promise<void> {
  for (const [index, name] of entries.entries()) {
    const directory = path.join(cache, name)
    await mkdir(directory, { recursive: true })
    await writeFile(path.join(directory, 'file'), Buffer.alloc(mebibyte, 1))
    await utimes(directory, 1000 + index, 1000 + index)
  }
}

void test('entries in use stay: noted ones and locked ones', async (t) => {
  const cache = t.testdir()
  await fill(cache, ['kernels/held', 'trees/locked', 'kernels/a', 'kernels/b', 'snapshots/c'])
  await holdEntry(cache, path.join(cache, 'kernels/held'))
  await utimes(path.join(cache, 'kernels/held'), 1, 1)
  await using lock = await takeFreeLock(cache, 'tree-locked', signal)
  t.ok(lock)
  const { removed, used, before, after } = await pruneCache(cache, { most: 3.5 * mebibyte }, signal)
  t.strictSame(
    removed.map((one) => one.entry),
    ['kernels/a', 'kernels/b'],
  )
  t.strictSame(
    used.map((one) => one.entry),
    ['kernels/held', 'trees/locked'],
  )
  t.ok(before > 5 * mebibyte && after < 3.5 * mebibyte)
  t.strictSame(await readdir(path.join(cache, 'kernels')), ['held'])
})

void test('a tree stays while a program works in it that outlived its user', async (t) => {
  const cache = t.testdir()
  await fill(cache, ['trees/busy'])
  const programs = await lockNow(path.join(cache, 'trees/busy/tree.lock'), signal)
  t.ok(programs)
  t.strictSame((await pruneCache(cache, { most: 0 }, signal)).removed, [])
  await programs?.[Symbol.asyncDispose]()
  t.equal((await pruneCache(cache, { most: 0 }, signal)).removed.length, 1)
  t.strictSame(await readdir(path.join(cache, 'trees')), [])
})

void test('a file with a link in another tree is free when the last tree is gone', async (t) => {
  const cache = t.testdir()
  await fill(cache, ['sources/s', 'trees/t', 'kernels/k'])
  await link(path.join(cache, 'sources/s/file'), path.join(cache, 'trees/t/shared'))
  await utimes(path.join(cache, 'trees/t'), 1001, 1001)
  // 3 MiB. Without the source it has 3 MiB still, so that the tree must go, too.
  const { removed, after } = await pruneCache(cache, { most: 2.5 * mebibyte }, signal)
  t.strictSame(
    removed.map((one) => one.entry),
    ['sources/s', 'trees/t'],
  )
  t.ok(after < 1.5 * mebibyte)
})
