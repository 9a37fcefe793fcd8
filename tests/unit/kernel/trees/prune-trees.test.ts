import { mkdir, readdir, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { takeLock } from '../../../../harness/cache/lock.ts'
import { pruneTrees } from '../../../../harness/kernel/trees/prune-trees.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'

async function treesIn(directory: string, names: readonly string[]): Promise<string> {
  const cache = path.join(directory, 'cache')
  for (const [index, name] of names.entries()) {
    const home = path.join(cache, 'trees', name)
    await mkdir(path.join(home, 'tree'), { recursive: true })
    await utimes(home, index, index)
  }
  return cache
}

void test('the trees that were used last stay, and so does one in use', async (t) => {
  const cache = await treesIn(t.testdir(), ['a', 'b', 'c', 'd'])
  const context = recordingContext(cache)
  await using lock = await takeLock(cache, 'tree-a', { signal: context.signal, onWait: () => undefined })
  void lock
  await pruneTrees(context, 2)
  t.strictSame((await readdir(path.join(cache, 'trees'))).toSorted(), ['a', 'c', 'd'])
})

void test('a link to a tree is no tree of its own, and goes with the tree', async (t) => {
  const cache = await treesIn(t.testdir(), ['a', 'b'])
  await symlink('a', path.join(cache, 'trees/link'))
  const context = recordingContext(cache)
  await pruneTrees(context, 2)
  t.strictSame((await readdir(path.join(cache, 'trees'))).toSorted(), ['a', 'b', 'link'])
  await pruneTrees(context, 1)
  t.strictSame(await readdir(path.join(cache, 'trees')), ['b'])
})

void test('without a cache there is nothing to remove', async (t) => {
  await t.resolves(pruneTrees(recordingContext(path.join(t.testdir(), 'none'))))
})
