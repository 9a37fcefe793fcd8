// gdb attaches with the printed line: it shows the sources of the kernel, and stops in them.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { gmemtest, qemusWith, started, until } from './fixtures/command.ts'
import { lacksTool } from './fixtures/tool.ts'

/** gdb stops where the kernel opens a file, and goes away. */
const commands = `
set pagination off
list kvm_gmem_convert_range
break do_sys_openat2
continue
backtrace
detach
`

void test('an instance that stays up', { skip: lacksTool('gdb') ?? false }, async (t) => {
  const output = t.testdir({})
  const { child, ended } = gmemtest('run', '--keep', '--output', output, 'default-state-is-shared')
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const lineOf = (program: string): string => new RegExp(`^  (${program} .*)$`, 'm').exec(said)?.[1] ?? ''
  t.ok(await until(async () => lineOf('gdb') !== '', 60), said)

  const script = path.join(output, 'commands')
  await writeFile(script, commands)
  const debugging = started('sh', ['-c', `exec ${lineOf('gdb')} -nx -batch -x ${script}`])
  // Opens files until gdb has seen one, and goes on after gdb is gone.
  const opening = started('sh', [
    '-c',
    `exec ${lineOf('ssh')} -n -o BatchMode=yes 'for i in $(seq 60); do sleep 1; cat /proc/version; done'`,
  ])
  const { stdout, stderr } = await debugging.ended
  t.match(stdout, /^\d+\tstatic int kvm_gmem_convert_range\(/m, stderr)
  t.match(stdout, /hit Breakpoint 1, do_sys_openat2 \(.*[^]*? at \.\.\/fs\/open\.c:\d+\n\d+\t/)
  t.match(stdout, /^#1 .* do_sys_open \([^]*? at \.\.\/fs\/open\.c:\d+$/m)
  t.notMatch(stderr, /No such file|more recent than executable/)
  let heard = ''
  opening.child.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  t.ok(await until(async () => heard.includes('Linux version'), 30), 'the instance goes on')
  opening.child.kill()
  await opening.ended
  child.kill('SIGINT')
  t.match(await ended, { exitCode: 0 })
  t.strictSame(await qemusWith(output), [], 'no QEMU is left')
})
