// An entry is made once; one that was harmed is made again; what a killed harness left is swept away.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { discardEntry, findEntry, provideEntry } from '../../../harness/cache/cache-entry.ts'

function counted(content: string) {
  const state = { made: 0 }
  const make = async (directory: string): Promise<void> => {
    state.made++
    await writeFile(path.join(directory, 'file'), content)
  }
  return { state, make }
}

async function failHalfway(directory: string): Promise<void> {
  await writeFile(path.join(directory, 'half'), '')
  throw new Error('no')
}

void test('an entry is made once for the same inputs, and anew for others', async (t) => {
  const root = path.join(t.testdir({}), 'deep', 'down')
  const { state, make } = counted('content')
  const directory = await provideEntry({ root, inputs: ['a'], make })
  t.equal(await readFile(path.join(directory, 'file'), 'utf8'), 'content')
  t.equal(await provideEntry({ root, inputs: ['a'], make }), directory)
  t.equal(state.made, 1)
  t.not(await provideEntry({ root, inputs: ['a', ''], make }), directory)
  t.equal(state.made, 2)
})

for (const [harm, how] of [
  ['a changed byte', (directory: string) => writeFile(path.join(directory, 'file'), 'c0ntent')],
  ['a truncated manifest', (directory: string) => writeFile(path.join(directory, 'manifest.json'), '{"fi')],
  ['a manifest of nothing', (directory: string) => writeFile(path.join(directory, 'manifest.json'), '{}')],
  [
    'a manifest of something else',
    (directory: string) => writeFile(path.join(directory, 'manifest.json'), '[1]'),
  ],
] as const) {
  void test(`${harm} makes the entry again`, async (t) => {
    const root = t.testdir({})
    const { state, make } = counted('content')
    const directory = await provideEntry({ root, inputs: ['a'], make })
    await how(directory)
    t.equal(await provideEntry({ root, inputs: ['a'], make }), directory)
    t.equal(await readFile(path.join(directory, 'file'), 'utf8'), 'content')
    t.equal(state.made, 2)
  })
}

void test('an entry is discarded, unless another one has taken its place', async (t) => {
  const root = t.testdir({})
  const { make } = counted('content')
  const directory = await provideEntry({ root, inputs: ['a'], make })
  await discardEntry(directory, async () => false)
  t.equal((await findEntry({ root, inputs: ['a'] }))?.directory, directory)
  await discardEntry(directory, async (candidate) => (await readdir(candidate)).includes('file'))
  t.equal(await findEntry({ root, inputs: ['a'] }), undefined)
  t.same(await readdir(root), [])
  await discardEntry(directory, async () => true)
})

void test('an entry can be used while it is being checked', async (t) => {
  const root = t.testdir({})
  const { make } = counted('content')
  const directory = await provideEntry({ root, inputs: ['a'], make })
  t.equal(await (await findEntry({ root, inputs: ['a'] }))?.isWhole, true)
  await writeFile(path.join(directory, 'file'), 'c0ntent')
  t.equal(await (await findEntry({ root, inputs: ['a'] }))?.isWhole, false)
})

void test('a failure leaves nothing behind', async (t) => {
  const root = t.testdir({})
  await t.rejects(provideEntry({ root, inputs: ['a'], make: failHalfway }), { message: 'no' })
  t.same(await readdir(root), [])
})

void test('what a dead process was making is swept away, what a living one makes is not', async (t) => {
  const root = t.testdir({})
  const alive = `.making-${process.pid}-x`
  await mkdir(path.join(root, '.making-4194999-x'))
  await mkdir(path.join(root, alive))
  await provideEntry({ root, inputs: ['a'], make: counted('').make })
  t.same(
    (await readdir(root)).filter((name) => name.startsWith('.')),
    [alive],
  )
})

for (const [code, expected] of [
  ['ENOSPC', 'NO_SPACE'],
  ['EDQUOT', 'NO_SPACE'],
  ['EROFS', 'CACHE_NOT_WRITABLE'],
] as const) {
  void test(`${code} is the fault of the machine`, async (t) => {
    const error = Object.assign(new Error('write'), { code })
    const entry = provideEntry({ root: t.testdir({}), inputs: [], make: () => Promise.reject(error) })
    await t.rejects(entry, { name: 'InfraError', code: expected })
  })
}

void test('all that make the same entry at the same time get it', async (t) => {
  for (let round = 0; round < 20; round += 1) {
    const root = t.testdir({})
    const entries = Array.from({ length: 8 }, () =>
      provideEntry({ root, inputs: ['a'], make: counted('same').make }),
    )
    const directories = new Set(await Promise.all(entries))
    t.equal(directories.size, 1)
    t.equal((await readdir(root)).length, 1)
  }
})
