// `gmemtest kselftest` for real: the kernel's own tests of private memory pass on it, and one that skips itself is not passed over.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { run, type CommandResult } from '../../harness/process/run-program.ts'
import { inProject } from '../../harness/base/paths.ts'
import { strictlyParsed } from './fixtures/command.ts'
import { signal } from './fixtures/guest.ts'

const halfAnHour = 1_800_000

function kselftest(...args: string[]): Promise<CommandResult> {
  return run(inProject('gmemtest'), ['kselftest', ...args], { signal, timeout: halfAnHour })
}

void test('the default tests pass on the default kernel', async (t) => {
  const directory = t.testdir()
  const ran = await kselftest('--output', directory)
  t.equal(ran.exitCode, 0, `${ran.stdout}\n${ran.stderr}`)
  t.equal(await strictlyParsed(`${ran.stdout}\n`), 0)
  for (const name of [
    'guest_memfd_test',
    'private_mem_conversions_test',
    'private_mem_kvm_exits_test',
    'pre_fault_memory_test',
    'set_memory_region_test',
  ]) {
    t.match(ran.stdout, new RegExp(`^ok \\d - kvm:${name} # time=\\d+ms$`, 'm'))
  }
  t.match(ran.stderr, /: 5 passed in /)
  t.equal(await readFile(path.join(directory, 'results.tap'), 'utf8'), `${ran.stdout}\n`)
  const console = await readFile(path.join(directory, 'console.log'), 'utf8')
  t.match(console, /gmemtest: scenario kvm:guest_memfd_test begins/)
  t.match(JSON.parse(await readFile(path.join(directory, 'provenance.json'), 'utf8')), {
    kernel: { definition: 'stock-6.12' },
  })
})

void test('the points of a program are subtests of its point', async (t) => {
  const ran = await kselftest('--output', t.testdir(), 'kvm:sync_regs_test')
  t.equal(ran.exitCode, 0, `${ran.stdout}\n${ran.stderr}`)
  t.equal(await strictlyParsed(`${ran.stdout}\n`), 0)
  t.match(ran.stdout, /^# Subtest: kvm:sync_regs_test\n {4}1\.\.\d+\n {4}ok 1 - /m)
})

void test('a test that skips itself fails, unless the definition of the kernel expects it', async (t) => {
  const directory = t.testdir()
  const ran = await kselftest('--output', directory, 'kvm:sev_smoke_test', 'kvm:guest_memfd_test')
  t.equal(ran.exitCode, 1, ran.stderr)
  t.match(ran.stdout, /^not ok 1 - kvm:sev_smoke_test$/m)
  t.match(ran.stdout, /expectSkips\s+lacks\s+kvm:sev_smoke_test/)
  t.match(ran.stdout, /^ok 2 - kvm:guest_memfd_test # /m, 'the next one runs all the same')
})
