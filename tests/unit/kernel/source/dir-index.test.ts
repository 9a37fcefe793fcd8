// Files are read again when they may have changed, and not otherwise.
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { indexDir, type DirIndex } from '../../../../harness/kernel/source/dir-index.ts'
import { miniTarball, recordingContext } from '../fixtures/mini-tree.ts'

interface Indexed {
  readonly tree: string
  readonly index: (memory?: string) => Promise<DirIndex>
}

async function treeIn(directory: string): Promise<Indexed> {
  const context = recordingContext(path.join(directory, 'cache'))
  const { tree } = await miniTarball(directory)
  return {
    tree,
    index: async (memory = 'memory.json') => indexDir(tree, path.join(directory, 'cache/sources', memory), context),
  }
}

/** Indexes until no file is so new that it is read again. */
async function settle(index: Indexed['index']): Promise<DirIndex> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(100)) {
    const found = await index()
    if (found.read === 0) return found
  }
  throw new Error('the files do not settle')
}

const contentsOf = ({ files }: DirIndex): [string, string][] =>
  Array.from(files, ([name, { content }]) => [name, content])

void test('a file that changed just now is read again, until its times tell a change', async (t) => {
  const { index } = await treeIn(t.testdir())
  const first = await index()
  t.match(first, { read: 5, since: undefined })
  const second = await index()
  t.equal(second.read, 5, 'another change may have the same times')
  t.ok(second.since)
  t.match(await settle(index), { read: 0, since: second.since })
})

void test('each kind of change is noticed, and only the files that changed are read', async (t) => {
  const { tree, index } = await treeIn(t.testdir())
  const settled = await settle(index)
  const file = path.join(tree, 'virt/other.c')
  const aside = path.join(path.dirname(tree), 'aside')
  const before = await stat(file)
  const original = await readFile(file, 'utf8')
  const changes: readonly [what: string, change: () => Promise<unknown>, read: number, isOther: boolean][] = [
    [
      'other bytes of the same number, with the old time',
      async () => {
        await writeFile(file, original.toUpperCase())
        await utimes(file, before.atime, before.mtime)
      },
      1,
      true,
    ],
    [
      'another file in its place, with the old size and time',
      async () => {
        await writeFile(aside, original.replace('0', '7'))
        await utimes(aside, before.atime, before.mtime)
        await rename(aside, file)
      },
      1,
      true,
    ],
    ['the old content', () => writeFile(file, original), 1, false],
    ['one more link', () => link(file, aside), 1, false],
    ['a file that is gone', () => rm(file), 0, true],
    ['a file that is back', () => writeFile(file, original), 1, false],
    [
      'an unreadable memory',
      () => writeFile(path.join(tree, '../cache/sources/memory.json'), '{"since":1,"fil'),
      5,
      false,
    ],
    [
      'the memory of an earlier version',
      () => writeFile(path.join(tree, '../cache/sources/memory.json'), '{}'),
      5,
      false,
    ],
  ]
  for (const [what, change, read, isOther] of changes) {
    await settle(index)
    await change()
    const found = await index()
    t.equal(found.read, read, what)
    t.strictSame(contentsOf(found), contentsOf(await index('fresh.json')), `${what}: as without a memory`)
    t.equal(JSON.stringify(contentsOf(found)) !== JSON.stringify(contentsOf(settled)), isOther, what)
    await rm(path.join(tree, '../cache/sources/fresh.json'))
  }
})

void test('runs at the same time, while an editor saves a file, leave a true memory', async (t) => {
  const { tree, index } = await treeIn(t.testdir())
  const file = path.join(tree, 'virt/gmem.c')
  const over = new AbortController()
  const editor = (async (): Promise<void> => {
    for (let count = 0; !over.signal.aborted; count = (count + 1) % 10) {
      await writeFile(`${file}.new`, `int v = ${count};\n`)
      await rename(`${file}.new`, file)
      await delay(1)
    }
  })()
  const runs = Array.from({ length: 3 }, async () => {
    for (let count = 0; count < 5; count += 1) await index().catch(() => undefined)
  })
  await Promise.all(runs)
  over.abort()
  await editor
  t.strictSame(contentsOf(await index()), contentsOf(await index('fresh.json')))
})
