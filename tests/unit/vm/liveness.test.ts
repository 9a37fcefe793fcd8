// Liveness checks: a process of this computer stands in for QEMU, with a scripted monitor.
import { Patience } from '../../../harness/base/patience.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { test, type Test } from 'tap'
import { DeadlineExceeded } from '../../../harness/base/deadline.ts'
import { InfraError } from '../../../harness/base/errors.ts'
import { ConsoleWriter } from '../../../harness/vm/console.ts'
import { livenessOf } from '../../../harness/vm/liveness.ts'
import { fakeQmp, refusal } from './fixtures/fake-qmp.ts'

const { signal } = new AbortController()

/** Starts an idle process. */
async function someProcess(t: Test): Promise<number> {
  const child = spawn('sleep', ['60'])
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid ?? 0
}

function instance(pid: number, answer: (command: string) => unknown) {
  const console = new ConsoleWriter()
  const { qmp, asked } = fakeQmp(answer)
  const liveness = livenessOf({
    qmp,
    pid,
    console,
    vmlinux: '/nonexistent/vmlinux',
    patience: new Patience(0.1),
  })
  return { console, liveness, asked }
}

void test('QEMU: runs, paused, silent, gone, stopped', async (t) => {
  const pid = await someProcess(t)
  const silent = new DeadlineExceeded('QMP query-status', 1000)
  const lost = new InfraError('QMP_LOST', 'lost')
  for (const [answer, state] of [
    [{ status: 'running' }, { kind: 'runs' }],
    [{ status: 'internal-error' }, { kind: 'paused', status: 'internal-error' }],
    ['nonsense', { kind: 'paused', status: 'unknown' }],
    [silent, { kind: 'silent' }],
    [lost, { kind: 'gone' }],
  ] as const) {
    t.strictSame(await instance(pid, () => answer).liveness.qemu(signal), state)
  }
  process.kill(pid, 'SIGSTOP')
  while (!/\) T/.test(await readFile(`/proc/${pid}/stat`, 'utf8')));
  const { liveness, asked } = instance(pid, () => ({ status: 'running' }))
  t.strictSame(await liveness.qemu(signal), { kind: 'stopped' })
  t.strictSame(asked, [], 'the monitor of a stopped QEMU is not used')
  t.strictSame(await instance(2 ** 22 + 1, () => ({})).liveness.qemu(signal), { kind: 'gone' })
})

void test('an NMI is answered on the console, or not', async (t) => {
  const answering = instance(1, () => {
    setTimeout(() => {
      answering.console.write(Buffer.from('[    2.5] Uhhuh. NMI received for unknown reason 31 on CPU 0.\n'))
    }, 20)
    return {}
  })
  t.equal(await answering.liveness.nmi(signal), true)
  t.strictSame(answering.asked, ['inject-nmi'])
  const chatty = instance(1, () => {
    chatty.console.write(Buffer.from('[    2.5] something else\n'))
    return {}
  })
  t.equal(await chatty.liveness.nmi(signal), false)
})

void test('a refusal of QEMU is an infrastructure error', async (t) => {
  const refusing = instance(1, () => refusal)
  await t.rejects(refusing.liveness.nmi(signal), { code: 'QMP_REFUSED' })
  const slow = instance(1, () => new DeadlineExceeded('QMP stop', 1000))
  const { nmi, sysrq, vcpus } = slow.liveness
  for (const ask of [nmi, sysrq, vcpus]) {
    await t.rejects(async () => ask(signal), { name: 'InfraError', code: 'QMP_SILENT' })
  }
})

void test('virtual CPUs are located twice', async (t) => {
  const { liveness, asked } = instance(1, () => '')
  t.strictSame(await liveness.vcpus(signal), [[], []])
  t.strictSame(asked, ['stop', 'info registers -a', 'cont', 'stop', 'info registers -a', 'cont'])
})
