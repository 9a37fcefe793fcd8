// The command line of gdb: it survives being copied into a shell, and gdb's own splitting of words.
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { test } from 'tap'
import { gdbCommand } from '../../../../harness/commands/jobs/offer-gdb.ts'

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
