// The command line of gdb: it survives being copied into a shell, and gdb's own splitting of words.
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { InfraError } from '../../../../harness/base/errors.ts'
import { cacheDirectory } from '../../../../harness/base/paths.ts'
import { gdbCommand, offerGdb } from '../../../../harness/commands/jobs/offer-gdb.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import type { GdbStub } from '../../../../harness/vm/gdb-stub.ts'
import { miniDefinition, recordingContext } from '../../kernel/fixtures/mini-tree.ts'
import { fakeContext } from '../fixtures/context.ts'

/** The arguments that a gdb gets from a copied line. */
function argumentsOf(line: string, bin: string): string[] {
  const PATH = `${bin}:${process.env['PATH']}`
  return execFileSync('sh', ['-c', line], { env: { PATH }, encoding: 'utf8' }).split('\0').slice(0, -1)
}

for (const [directory, inGdb] of [
  ['/cache', '/cache/tree/kernel'],
  ['/my cache', '"/my cache/tree/kernel"'],
  ["/o'clock", `"/o'clock/tree/kernel"`],
  ['/a"b', String.raw`"/a\"b/tree/kernel"`],
  [String.raw`/a\b`, String.raw`"/a\\b/tree/kernel"`],
  ['/$HOME;`id`', '"/$HOME;`id`/tree/kernel"'],
] as const) {
  void test(`copied, with ${directory}`, async (t) => {
    const bin = t.testdir({ gdb: `#!/bin/sh\nprintf '%s\\0' "$@"\n` })
    chmodSync(`${bin}/gdb`, 0o755)
    const line = gdbCommand(`${directory}/vmlinux.debug`, { socket: `${directory}/gdb` }, `${directory}/tree`)
    t.notMatch(line, '\n')
    t.strictSame(argumentsOf(line, bin), [
      '-ex',
      `set substitute-path ./gmemtest-objects ${inGdb}`,
      '-ex',
      `target remote ${directory}/gdb`,
      `${directory}/vmlinux.debug`,
    ])
  })
}

void test('without sources', (t) => {
  t.equal(
    gdbCommand('/k/vmlinux.debug', { socket: '/t/gdb' }, undefined),
    "gdb -ex 'target remote /t/gdb' /k/vmlinux.debug",
  )
  t.end()
})

const listens = async (): Promise<GdbStub> => ({ socket: '/t/gdb', [Symbol.asyncDispose]: async () => undefined })
const fails = (): Promise<GdbStub> => Promise.reject(new InfraError('GDB_STUB', 'it cannot', { hint: 'do this' }))
const nothing = async (): Promise<void> => undefined

const attaches =
  /^gmemtest: to debug its kernel, .*:\n {2}gdb -ex '.*kernel-sources\/.*\/tree\/kernel' -ex 'target remote \/t\/gdb' \/.*\n$/

const cases: readonly (readonly [
  what: string,
  open: () => Promise<GdbStub>,
  change: (cache: string, abort: AbortController) => Promise<void>,
  said: RegExp,
])[] = [
  ['the line has the sources', listens, nothing, attaches],
  ['there is no stub', fails, nothing, /^gmemtest: gdb cannot attach: it cannot; do this\n$/],
  [
    'there are no sources',
    listens,
    (cache) => rm(path.join(cache, 'sources'), { recursive: true }),
    /^gmemtest: gdb finds no sources: the cache does not have .*; .*\ngmemtest: .*:\n {2}gdb -ex 'target remote \/t\/gdb' \/.*\n$/,
  ],
  ['the user is gone already', listens, async (_, abort) => abort.abort(new Error('Ctrl-C')), /^$/],
]

for (const [what, open, change, said] of cases) {
  void test(`offered: ${what}`, async (t) => {
    const directory = t.testdir({})
    const before = process.env['XDG_CACHE_HOME']
    process.env['XDG_CACHE_HOME'] = directory
    t.teardown(() => {
      if (before === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = before
    })
    const kernel = await provideKernel(await miniDefinition(directory), recordingContext(cacheDirectory()))
    const abort = new AbortController()
    await change(cacheDirectory(), abort)
    const stderr = new PassThrough({ encoding: 'utf8' })
    await using stub = await offerGdb(open, kernel, fakeContext({ signal: abort.signal, stderr }).context)
    void stub
    t.match(stderr.read() ?? '', said)
  })
}
