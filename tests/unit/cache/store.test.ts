import { existsSync } from 'node:fs'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { findEntry, productNames, removeLeftovers, storeEntry } from '../../../harness/cache/store.ts'
import { noticesOf, recordingContext } from '../kernel/fixtures/mini-tree.ts'

async function fill(directory: string): Promise<void> {
  for (const name of Object.values(productNames)) await writeFile(path.join(directory, name), `${name}\n`)
}

void test('an entry that was stored is found', async (t) => {
  const context = recordingContext(t.testdir())
  t.equal(await findEntry('k', context), false)
  await storeEntry('k', context, fill)
  t.equal(await findEntry('k', context), true)
  t.equal(await findEntry('k', context, true), true)
  t.strictSame(context.told, [])
})

async function full(directory: string): Promise<void> {
  await writeFile(path.join(directory, 'vmlinux'), 'half of')
  throw new Error('ENOSPC: no space left on device, write')
}

void test('what could not be stored leaves nothing', async (t) => {
  const context = recordingContext(t.testdir())
  await t.rejects(storeEntry('k', context, full), { code: 'NO_SPACE' })
  t.strictSame(await readdir(path.join(context.cache, 'kernels')), [])
})

const damages = [
  [
    'no manifest',
    'it has no manifest',
    (entry: string) => writeFile(path.join(entry, 'manifest.json'), '{"vml'),
  ],
  [
    'an empty manifest',
    'is not in its manifest',
    (entry: string) => writeFile(path.join(entry, 'manifest.json'), '{}'),
  ],
  [
    'a truncated file',
    'vmlinux has 1 bytes instead of 8',
    (entry: string) => writeFile(path.join(entry, 'vmlinux'), 'v'),
  ],
] as const

for (const [what, message, damage] of damages) {
  void test(`damaged: ${what}`, async (t) => {
    const context = recordingContext(t.testdir())
    await storeEntry('k', context, fill)
    await damage(path.join(context.cache, 'kernels/k'))
    t.equal(await findEntry('k', context), false)
    t.match(noticesOf(context.told), [message])
    t.notOk(existsSync(path.join(context.cache, 'kernels/k')))
  })
}

void test('a bit that was changed behind the same time is found when asked to verify', async (t) => {
  const context = recordingContext(t.testdir())
  const file = path.join(context.cache, 'kernels/k/vmlinux')
  await storeEntry('k', context, async (directory) => {
    await fill(directory)
    await utimes(path.join(directory, 'vmlinux'), 1000, 1000)
  })
  await writeFile(file, 'vmlinuX\n')
  await utimes(file, 1000, 1000)
  t.equal(await findEntry('k', context), true)
  t.equal(await findEntry('k', context, true), false)
})

void test('half-made entries of dead builders go, those of living ones stay', async (t) => {
  const cache = t.testdir()
  const old = path.join(cache, 'kernels/old.new')
  const young = path.join(cache, 'kernels/young.new')
  await mkdir(old, { recursive: true })
  await mkdir(young)
  await utimes(old, 1, 1)
  await removeLeftovers(cache)
  t.strictSame(await readdir(path.join(cache, 'kernels')), ['young.new'])
})
