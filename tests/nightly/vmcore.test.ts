// Memory dumps of a real panic and a real hang are read as a user reads them: with the printed line, and with crash.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { readEvent } from '../../harness/report/stored/read-events.ts'
import { gmemtest, qemusWith, started } from '../vm/fixtures/command.ts'
import { lacksTool } from '../vm/fixtures/tool.ts'

/** Prints the banner, the place of a function, a variable, the backtraces of the panic or of the agent, and the end of the log. */
const drgnScript = `
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.printk import get_dmesg
print('banner', prog['linux_banner'].string_().decode())
print('symbol', prog.symbol('kvm_gmem_bind'))
print('variable', prog['jiffies_64'].value_())
print('panic', prog['panic_cpu'].counter.value_())
if prog['panic_cpu'].counter.value_() >= 0:
    print(prog.crashed_thread().stack_trace())
else:
    for task in for_each_task(prog):
        if task.comm.string_() == b'agent':
            print(prog.stack_trace(task))
print('log', get_dmesg(prog).decode()[-4000:])
`

interface Dumped {
  readonly operation: string
  /** The printed line that opens the dump. */
  readonly line: string
}

async function dumpsOf(output: string): Promise<Map<string, Dumped>> {
  const found = new Map<string, Dumped>()
  for (const line of (await readFile(path.join(output, 'results.jsonl'), 'utf8')).trimEnd().split('\n')) {
    const event = readEvent(line)
    const diagnostic = event?.['diagnostic']
    if (typeof diagnostic !== 'object' || diagnostic === null) continue
    if (!('vmcore' in diagnostic) || !('operations' in diagnostic) || !Array.isArray(diagnostic.operations)) continue
    found.set(String(event?.['name']), {
      operation: String(diagnostic.operations.at(-1)),
      line: String(diagnostic.vmcore),
    })
  }
  return found
}

void test('dumps of a panic and of a hang', async (t) => {
  const output = path.join(t.testdir({}), "it's a run")
  const scenarios = inProject('tests/vm/fixtures/bad-days')
  const args = ['run', '--vmcore', '--keep', '--isolation', 'none', '--scenarios', scenarios, '--output', output]
  const ran = await gmemtest(...args, 'd-hangs', 'b-panics').ended
  t.equal(ran.exitCode, 1, ran.stderr)
  t.match(ran.stderr, /^gmemtest: no instance stays up: d-hangs took longer than .* is stuck in it: /m)
  t.strictSame(await qemusWith(output), [], 'no QEMU is left')
  const dumps = await dumpsOf(output)
  const panic = dumps.get('b-panics')
  const hang = dumps.get('d-hangs')
  t.match(panic?.operation, /^writeFile\(.*\/proc\/sysrq-trigger.*\) = no answer$/)
  t.match(hang?.operation, /^readFile\(.*\/dev\/kmsg\) = no answer$/)

  await t.test('drgn', { skip: lacksTool('drgn') ?? false }, async (t) => {
    const script = path.join(t.testdir({}), 'look.py')
    await writeFile(script, drgnScript)
    const look = async (line = 'false'): Promise<string> => {
      const { stdout, stderr } = await started('sh', ['-c', `${line} ${script}`]).ended
      return stdout + stderr
    }
    const ofPanic = await look(panic?.line)
    t.match(ofPanic, /^banner Linux version 6\.12/m)
    t.match(ofPanic, /^variable [1-9]\d+$/m)
    t.match(ofPanic, /^symbol Symbol\(name='kvm_gmem_bind', address=0xffffffff81/m)
    t.match(ofPanic, /^#\d+ +panic \(.*kernel\/panic\.c:\d+.*\)\n#\d+ +sysrq_handle_crash \(.*sysrq\.c:\d+/m)
    t.match(ofPanic, /^#\d+ +ksys_write \(.*read_write\.c:\d+/m)
    t.match(ofPanic, /Kernel panic - not syncing: sysrq triggered crash/)
    const ofHang = await look(hang?.line)
    t.match(ofHang, /^#\d+ +devkmsg_read \(.*printk\.c:\d+/m)
    t.match(ofHang, /scenario d-hangs begins/)
  })

  await t.test('crash', { skip: lacksTool('crash', [8, 0, 6]) ?? false }, async (t) => {
    const commands = path.join(t.testdir({}), 'commands')
    await writeFile(commands, 'bt\nlog | tail -n 3\nsym kvm_gmem_bind\nquit\n')
    const [, dump = '', vmlinux = ''] = /^drgn -c (.*) -s (.*)$/.exec(panic?.line ?? '') ?? []
    const { stdout } = await started('sh', ['-c', `crash -s -i ${commands} ${vmlinux} ${dump}`]).ended
    t.match(stdout, / #0 \[[0-9a-f]{16}\] panic at ffffffff81/)
    t.match(stdout, /\] ksys_write at ffffffff81/)
    t.match(stdout, /\]( *T\d+\])? +<\/TASK>|Kernel Offset: disabled/)
    t.match(stdout, /^ffffffff81[0-9a-f]+ \(T\) kvm_gmem_bind .*guest_memfd\.c: \d+/m)
  })
})
