// An entry is made once; a damaged entry is made again; processes that make the same entry at the same time share it.
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { keyOf } from '../../../harness/cache/hash.ts'
import { discardDamaged, findEntry, provideEntry, storeEntry } from '../../../harness/cache/store.ts'
import type { Shelf } from '../../../harness/cache/store.ts'

function counted(content: string) {
  const state = { made: 0 }
  const fill = async (directory: string): Promise<void> => {
    state.made += 1
    await writeFile(path.join(directory, 'file'), content)
  }
  return { state, fill }
}

function shelfIn(root: string, more: Partial<Shelf> = {}): Shelf {
  return { root, readsAll: true, ...more }
}

async function damageOf(shelf: Shelf, key: string): Promise<string | undefined> {
  return (await findEntry(shelf, key))?.damage
}

void test('an entry is made once for the same inputs, and anew for others', async (t) => {
  const shelf = shelfIn(path.join(t.testdir({}), 'deep', 'down'))
  const { state, fill } = counted('content')
  const directory = await provideEntry(shelf, keyOf(['a']), fill)
  t.equal(await readFile(path.join(directory, 'file'), 'utf8'), 'content')
  t.equal(await provideEntry(shelf, keyOf(['a']), fill), directory)
  t.equal(state.made, 1)
  t.not(await provideEntry(shelf, keyOf(['a', '']), fill), directory)
  t.equal(state.made, 2)
})

const manifest = 'manifest.json'
const damages = [
  ['a changed byte', 'file', 'c0ntent', 'file has other content'],
  ['a truncated file', 'file', 'c', 'file has 1 bytes instead of 7'],
  ['a truncated manifest', manifest, '{"fi', 'it has no manifest'],
  ['an empty manifest', manifest, '{}', 'it has no manifest'],
  ['a manifest of another kind', manifest, '[1]', 'it has no manifest'],
  [
    'a manifest of too few files',
    manifest,
    '{"other": {"size": 0, "time": 0, "sha256": ""}}',
    'file is not in its manifest',
  ],
] as const

for (const [what, name, content, message] of damages) {
  void test(`${what} makes the entry again`, async (t) => {
    const shelf = shelfIn(t.testdir({}), { products: ['file'] })
    const { state, fill } = counted('content')
    const directory = await provideEntry(shelf, 'k', fill)
    await writeFile(path.join(directory, name), content)
    t.equal(await damageOf(shelf, 'k'), message)
    t.equal(await provideEntry(shelf, 'k', fill), directory)
    t.equal(await readFile(path.join(directory, 'file'), 'utf8'), 'content')
    t.equal(state.made, 2)
  })
}

void test('a damaged entry is removed, a whole one stays', async (t) => {
  const shelf = shelfIn(t.testdir({}))
  const directory = await storeEntry(shelf, 'k', counted('content').fill)
  await discardDamaged(shelf, 'k')
  t.equal((await findEntry(shelf, 'k'))?.directory, directory)
  await writeFile(path.join(directory, 'file'), 'c0ntent')
  await discardDamaged(shelf, 'k')
  t.strictSame(await readdir(shelf.root), [])
})

void test('a changed bit behind the same time is found only when all bytes are read', async (t) => {
  const shelf = shelfIn(t.testdir({}), { readsAll: false })
  const directory = await storeEntry(shelf, 'k', async (aside) => {
    await counted('content').fill(aside)
    await utimes(path.join(aside, 'file'), 1000, 1000)
  })
  const file = path.join(directory, 'file')
  await utimes(file, 2000, 2000)
  t.equal(await damageOf(shelf, 'k'), undefined, 'another time alone is no damage')
  await writeFile(file, 'c0ntent')
  await utimes(file, 1000, 1000)
  t.equal(await damageOf(shelf, 'k'), undefined)
  t.equal(await damageOf({ ...shelf, readsAll: true }, 'k'), 'file has other content')
})

void test('the entries that were used last stay', async (t) => {
  const shelf = shelfIn(t.testdir({}), { mostKept: 2 })
  for (const key of ['a', 'b']) {
    await storeEntry(shelf, key, counted(key).fill)
    await utimes(path.join(shelf.root, key), 1000, 1000)
  }
  await provideEntry(shelf, 'a', counted('a').fill)
  await storeEntry(shelf, 'c', counted('c').fill)
  t.strictSame((await readdir(shelf.root)).toSorted(), ['a', 'c'])
})

void test('a failure leaves nothing', async (t) => {
  const shelf = shelfIn(t.testdir({}))
  await t.rejects(
    storeEntry(shelf, 'k', async (directory) => {
      await counted('half of').fill(directory)
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.strictSame(await readdir(shelf.root), [])
})

for (const [code, expected] of [
  ['ENOSPC', 'NO_SPACE'],
  ['EDQUOT', 'NO_SPACE'],
  ['EROFS', 'CACHE_NOT_WRITABLE'],
] as const) {
  void test(`${code} is the fault of this computer`, async (t) => {
    const error = Object.assign(new Error('write'), { code })
    const entry = provideEntry(shelfIn(t.testdir({})), 'k', () => Promise.reject(error))
    await t.rejects(entry, { name: 'InfraError', code: expected, hint: /XDG_CACHE_HOME/ })
  })
}

void test('all that make the same entry at the same time get it', async (t) => {
  for (let round = 0; round < 20; round += 1) {
    const shelf = shelfIn(t.testdir({}))
    const entries = Array.from({ length: 8 }, () => provideEntry(shelf, 'k', counted('same').fill))
    t.equal(new Set(await Promise.all(entries)).size, 1)
    t.equal((await readdir(shelf.root)).length, 1)
  }
})
