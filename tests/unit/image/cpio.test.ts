// cpio itself can read the archive, which depends only on its entries.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { cpioArchive, type CpioEntry } from '../../../harness/image/cpio.ts'
import { run } from '../../../harness/process/run-program.ts'

const limits = { signal: new AbortController().signal, timeout: 10_000 }

const entries: readonly CpioEntry[] = [
  { path: 'init', type: 'file', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
  { path: 'dev/console', type: 'character-device', mode: 0o600, major: 5, minor: 1 },
  { path: 'bin', type: 'directory', mode: 0o755 },
  { path: 'bin/sh', type: 'symlink', target: 'busybox' },
  { path: 'dev', type: 'directory', mode: 0o755 },
  { path: 'empty', type: 'file', mode: 0o600, content: Buffer.alloc(0) },
]

void test('cpio lists all entries, with their types, modes and devices', async (t) => {
  const listing = await run('busybox', ['cpio', '-tv'], { ...limits, input: cpioArchive(entries) })
  const lines = listing.stdout.split('\n').map((line) => line.replaceAll(/\s+/g, ' '))
  t.match(lines[0], /^drwxr-xr-x .*0\/0.* bin$/)
  t.match(lines[1], /^lrwxrwxrwx .*bin\/sh -> busybox$/)
  t.match(lines[2], /^drwxr-xr-x .* dev$/)
  t.match(lines[3], /^crw------- .*dev\/console$/)
  t.match(lines[4], /^-rw------- .* 0 .*empty$/)
  t.match(lines[5], /^-rwxr-xr-x .* 10 .*init$/)
})

void test('a device has its numbers', (t) => {
  const archive = cpioArchive(entries).toString('latin1')
  const header = archive.slice(archive.indexOf('dev/console') - 110)
  // After the magic come thirteen numbers of eight digits; the tenth and eleventh are the device.
  t.equal(header.slice(6 + 9 * 8, 6 + 11 * 8), '0000000500000001')
  t.end()
})

void test('cpio unpacks the contents', async (t) => {
  const directory = t.testdir({})
  const files = entries.filter((entry) => entry.type !== 'character-device')
  const result = await run('busybox', ['cpio', '-i'], {
    ...limits,
    cwd: directory,
    input: cpioArchive(files),
  })
  t.equal(result.exitCode, 0)
  t.equal(await readFile(path.join(directory, 'init'), 'utf8'), '#!/bin/sh\n')
})

void test('the order of the entries does not matter', (t) => {
  t.same(cpioArchive(entries.toReversed()), cpioArchive(entries))
  t.end()
})

void test('two entries of one name are refused', (t) => {
  const twice: CpioEntry = { path: 'bin', type: 'directory', mode: 0o700 }
  t.throws(() => cpioArchive([...entries, twice]), { name: 'RangeError' })
  t.end()
})
