// An export has the kernel and what finds it, the same bytes each time, and is imported by another cache.
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'tap'
import { findEntry } from '../../../../harness/cache/store.ts'
import { kernelShelf, notesName } from '../../../../harness/kernel/kernel-store.ts'
import { exportKernels } from '../../../../harness/kernel/moving/export-kernels.ts'
import { importKernels } from '../../../../harness/kernel/moving/import-kernels.ts'
import { fillCache, pin, storedKey } from '../fixtures/stored-kernel.ts'

const { signal } = new AbortController()

async function exported(cache: string, keys: readonly string[] = [storedKey]): Promise<Buffer> {
  const output = new PassThrough({ highWaterMark: 2 ** 24 })
  await exportKernels(cache, keys, output)
  output.end()
  return buffer(output)
}

void test('another cache has the kernel, the pin of its source, and its durations', async (t) => {
  const [from, to] = ['from', 'to'].map((name) => path.join(t.testdir(), name))
  if (from === undefined || to === undefined) return
  await fillCache(from)
  const archive = path.join(t.testdirName, 'kernel.tar.zst')
  await writeFile(archive, await exported(from))
  const [kernel] = await importKernels(to, createReadStream(archive, { highWaterMark: 100 }), signal)
  t.match(kernel, { key: storedKey, definition: 'mine', compiler: 'gcc 12', isKnown: false })
  t.equal(await (await findEntry(kernelShelf(to, true), storedKey))?.damage, undefined)
  t.ok((await stat(path.join(to, 'kernels', storedKey, 'vmlinux'))).mode & 0o100)
  t.strictSame(await readdir(path.join(to, 'sources')), ['debian-linux-source-6.12.json'])
  t.strictSame(JSON.parse(await readFile(path.join(to, 'sources/debian-linux-source-6.12.json'), 'utf8')), pin)
  t.strictSame(await readdir(path.join(to, 'durations')), ['mine-tcg.json'])
  t.strictSame(
    (await readdir(to)).filter((name) => name.startsWith('.')),
    [],
    'nothing is left over',
  )
  const again = await importKernels(to, createReadStream(archive), signal)
  t.match(again, [{ isKnown: true }])
})

void test('a kernel that counts keeps its notes', async (t) => {
  const [from, to] = ['from', 'to'].map((name) => path.join(t.testdir(), name))
  if (from === undefined || to === undefined) return
  await fillCache(from, storedKey, {}, [notesName])
  const archive = path.join(t.testdirName, 'kernel.tar.zst')
  await writeFile(archive, await exported(from))
  await importKernels(to, createReadStream(archive), signal)
  t.equal(await readFile(path.join(to, 'kernels', storedKey, notesName), 'utf8'), `the ${notesName}`)
  t.equal(await (await findEntry(kernelShelf(to, true), storedKey))?.damage, undefined)
})

void test('an export has the same bytes each time', async (t) => {
  const cache = t.testdir()
  await fillCache(cache)
  const first = await exported(cache)
  const file = path.join(cache, 'durations/mine-tcg.json')
  await utimes(file, 1, 1)
  t.ok(first.equals(await exported(cache, [storedKey, storedKey])))
})

void test('a damaged kernel is not exported', async (t) => {
  const cache = t.testdir()
  await fillCache(cache)
  await writeFile(path.join(cache, 'kernels', storedKey, 'vmlinux'), 'the vmlinuX')
  await t.rejects(exported(cache), { code: 'STORE_DAMAGED', message: /vmlinux has other content/ })
})

for (const key of ['b'.repeat(32), '../sources', storedKey.slice(1)]) {
  void test(`the key ${key} is no kernel`, async (t) => {
    const cache = t.testdir()
    await fillCache(cache)
    await t.rejects(exported(cache, [key]), { code: 'KERNEL_NOT_STORED' })
  })
}
