// Nothing of an archive is trusted: one that no export made is refused, and leaves no trace.
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { create } from 'tar'
import { test, type Test } from 'tap'
import { importKernels } from '../../../../harness/kernel/moving/import-kernels.ts'
import { fillCache, pin, storedKey } from '../fixtures/stored-kernel.ts'

const { signal } = new AbortController()
const kernel = `kernels/${storedKey}`
const pinFile = 'sources/debian-linux-source-6.12.json'

/** Makes an archive of files of a directory, as they are. */
async function pack(cwd: string, names: readonly string[]): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of create({ cwd, zstd: true, preservePaths: true, portable: true }, [...names])) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function refused(t: Test, archive: Uint8Array, message: RegExp): Promise<void> {
  const cache = path.join(t.testdirName, 'target')
  // The harness reads pieces of any size.
  const pieces = Array.from({ length: Math.ceil(archive.length / 500) }, (_, i) =>
    archive.subarray(i * 500, i * 500 + 500),
  )
  await t.rejects(importKernels(cache, Readable.from(pieces), signal), { code: 'ARCHIVE_REFUSED', message })
  t.strictSame(await readdir(cache), [], 'nothing is in the cache')
}

/** Makes a cache to change, whose archive is that of an export. */
async function source(t: Test, products?: Readonly<Record<string, string>>): Promise<string> {
  const cache = path.join(t.testdir(), 'source')
  await fillCache(cache, storedKey, products)
  return cache
}

void test('no bytes, other bytes, and a tar of other files are no archive', async (t) => {
  const cache = await source(t)
  await refused(t, new Uint8Array(), /it is empty/)
  await refused(t, Buffer.from('<!doctype html>\n'.repeat(100)), /not imported: /)
  await refused(t, Buffer.alloc(4096), /not imported: /)
  await writeFile(path.join(cache, 'README'), 'x')
  await refused(t, await pack(cache, ['README']), /a file that no export has: 'README'/)
})

void test('an archive that was cut off anywhere is refused', async (t) => {
  const cache = await source(t)
  const whole = await pack(cache, [kernel])
  const plain = zstdDecompressSync(whole)
  for (const size of [100, 512, 700, 1024, 5000, plain.length - 1024]) {
    await refused(t, plain.subarray(0, size), /not imported: /)
  }
  await refused(t, whole.subarray(0, whole.length - 20), /not imported: /)
})

for (const [what, names] of [
  ['a path that leads out', ['../secret']],
  ['an absolute path', ['/etc/hostname']],
  ['a path in a part of the cache that is not exported', ['trees/t/file']],
  ['a file that no kernel has', [`${kernel}/authorized_keys`]],
  ['a hidden name', ['sources/.json']],
] as const) {
  void test(`${what} is refused`, async (t) => {
    const cache = await source(t)
    for (const name of names.filter((one) => !one.startsWith('/'))) {
      await mkdir(path.dirname(path.join(cache, name)), { recursive: true })
      await writeFile(path.join(cache, name), 'x')
    }
    await refused(t, await pack(cache, [`${kernel}/manifest.json`, ...names]), /a file that no export has: /)
  })
}

void test('links and directories are refused', async (t) => {
  const cache = await source(t)
  await refused(t, await pack(cache, [kernel]), /a file that no export has: /)
  await rm(path.join(cache, kernel, 'vmlinux'))
  await symlink('/etc/passwd', path.join(cache, kernel, 'vmlinux'))
  await refused(
    t,
    await pack(cache, [`${kernel}/vmlinux`]),
    /'kernels\/a+\/vmlinux' is no regular file, but of type SymbolicLink/,
  )
})

async function filesOf(cache: string): Promise<string[]> {
  return (await readdir(path.join(cache, kernel))).map((name) => `${kernel}/${name}`)
}

const changes: readonly (readonly [string, (cache: string) => Promise<unknown>, RegExp])[] = [
  [
    'another byte',
    (cache) => writeFile(path.join(cache, kernel, 'bzImage'), 'the bzimage'),
    /bzImage has other content/,
  ],
  ['a shorter file', (cache) => truncate(path.join(cache, kernel, 'bzImage'), 3), /bzImage has 3 bytes instead of 11/],
  ['a missing file', (cache) => rm(path.join(cache, kernel, 'bzImage')), /has no bzImage/],
  ['no manifest', (cache) => rm(path.join(cache, kernel, 'manifest.json')), /has no manifest\.json/],
  [
    'a manifest with a path that leads out',
    async (cache) => {
      const file = path.join(cache, kernel, 'manifest.json')
      const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
      const entry = { '../../../../dev/zero': { size: 0, time: 0, sha256: '' } }
      await writeFile(file, JSON.stringify({ ...Object(manifest), ...entry }))
    },
    /the manifest of a+ has a file that no kernel has/,
  ],
]
for (const [what, change, message] of changes) {
  void test(`${what} is refused`, async (t) => {
    const cache = await source(t)
    await change(cache)
    await refused(t, await pack(cache, await filesOf(cache)), message)
  })
}

for (const [what, text] of [
  [
    'of another kernel',
    JSON.stringify({
      key: 'b'.repeat(32),
      definition: 'x',
      release: '',
      compiler: '',
      repeat: [],
      source: { content: '' },
    }),
  ],
  ['without a source', JSON.stringify({ key: storedKey, release: 'x', repeat: [] })],
  ['that is no JSON', '{'],
] as const) {
  void test(`a provenance ${what} is refused`, async (t) => {
    const cache = await source(t, { 'provenance.json': text })
    await refused(t, await pack(cache, await filesOf(cache)), /the provenance of a+ is that of another kernel/)
  })
}

void test('a kernel that is there twice is refused', async (t) => {
  const cache = await source(t)
  const files = await filesOf(cache)
  await refused(t, await pack(cache, [...files, ...files.slice(0, 1)]), /is there twice/)
})

for (const [what, value, message] of [
  ['that would remove other directories', { ...pin, directory: '../../..' }, /is no identity of a source/],
  ['with another field', { ...pin, more: 1 }, /is no identity of a source/],
  ['of another source', { ...pin, content: 'tarball 2' }, /a source that none of its kernels was built from/],
] as const) {
  void test(`a pin ${what} is refused`, async (t) => {
    const cache = await source(t)
    await writeFile(path.join(cache, pinFile), JSON.stringify(value))
    await refused(t, await pack(cache, [...(await filesOf(cache)), pinFile]), message)
  })
}

void test('durations that are no numbers are refused, and an archive without a kernel is', async (t) => {
  const cache = await source(t)
  await refused(t, await pack(cache, [pinFile]), /it has no kernel/)
  await writeFile(path.join(cache, 'durations/mine-tcg.json'), '{"a": "1"}')
  await refused(t, await pack(cache, [...(await filesOf(cache)), 'durations/mine-tcg.json']), /has no durations/)
})

void test('a damaged kernel in the cache is replaced', async (t) => {
  const cache = await source(t)
  const archive = await pack(cache, await filesOf(cache))
  const target = path.join(t.testdirName, 'target')
  await fillCache(target)
  await rename(path.join(target, kernel, 'config'), path.join(target, kernel, 'System.map'))
  t.match(await importKernels(target, Readable.from([archive]), signal), [{ isKnown: false }])
  t.equal(await readFile(path.join(target, kernel, 'config'), 'utf8'), 'the config')
})
