// Hangs told apart: what was seen, and whose fault it is.
import { test } from 'tap'
import { judgeHang, verdictByHang, type Evidence, type HangKind } from '../../../harness/judge/hang.ts'
import type { Activity, Task } from '../../../harness/judge/tasks.ts'
import type { VcpuPosition } from '../../../harness/vm/vcpus.ts'

const alive: Evidence = { silence: 'deadline', goesOn: false, qemu: { kind: 'runs' } }
const operation = 'convert(gmem#1)'

function task(activity: Activity, tid = 80): Task {
  return { pid: 80, tid, parent: 1, activity, summary: `task ${tid}: ${activity}`, stack: [`frame_of_${tid}+0x1/0x2`] }
}

function vcpu(change: Partial<VcpuPosition> = {}): VcpuPosition {
  return { cpu: 0, mode: 'kernel', halted: false, interruptsOff: true, trace: ['spin+0x2/0x4'], ...change }
}

const own = { session: 'own', operation } as const
const none = { session: 'none', nmi: true, vcpus: [[vcpu()], [vcpu()]] } as const
const idle = [[vcpu({ halted: true })], [vcpu()]]

const table: readonly (readonly [what: string, evidence: Partial<Evidence>, kind: HangKind, summary: RegExp])[] = [
  ['QEMU is stopped', { qemu: { kind: 'stopped' } }, 'qemu-stopped', /SIGSTOP/],
  ['QEMU does not answer', { qemu: { kind: 'silent' } }, 'qemu-stopped', /monitor does not answer/],
  ['QEMU is gone', { qemu: { kind: 'gone' } }, 'qemu-stopped', /gone/],
  ['QEMU is paused', { qemu: { kind: 'paused', status: 'internal-error' } }, 'qemu-stopped', /internal-error/],
  [
    'QEMU is stopped, with any other evidence',
    { ...own, qemu: { kind: 'stopped' }, tasks: [task('in the kernel')] },
    'qemu-stopped',
    /SIGSTOP/,
  ],
  ['no NMI, no sysrq', { ...none, nmi: false, sysrq: [] }, 'kernel-dead', /neither to an NMI nor to sysrq/],
  ['no NMI, and sysrq could not be sent', { ...none, nmi: false }, 'kernel-dead', /dead/],
  ['NMI, and a virtual CPU that stays in the kernel', none, 'kernel-stuck', /vCPU 0 does not leave spin/],
  [
    'sysrq alone, and a virtual CPU that stays in the kernel',
    { ...none, nmi: false, sysrq: ['sysrq: Show Blocked State'] },
    'kernel-stuck',
    /vCPU 0/,
  ],
  [
    'NMI, and tasks that are blocked',
    { ...none, vcpus: idle, sysrq: ['task:dropbear        state:D stack:0'] },
    'kernel-stuck',
    /tasks are blocked/,
  ],
  ['NMI, and an idle kernel', { ...none, vcpus: idle, sysrq: ['sysrq: x'] }, 'session-lost', /alive and idle/],
  ['one look at the virtual CPUs is not enough', { ...none, vcpus: [[vcpu()]] }, 'session-lost', /idle/],
  ['an NMI that could not be sent', { session: 'none', vcpus: idle }, 'unknown', /could not examine the kernel/],
  ['virtual CPUs that could not be seen', { session: 'none', nmi: false }, 'unknown', /could not examine the kernel/],
  ['operations go on', { ...own, goesOn: true, tasks: [task('idle')] }, 'slow', /not stuck/],
  ['the guest says nothing', { session: 'own' }, 'unknown', /did not tell/],
  ['no agent', { ...own, tasks: [] }, 'agent-gone', /agent is gone/],
  [
    'an agent that the kernel ended',
    { ...own, silence: 'broken', tasks: [task('ended')], deadlySignal: 'BUS' },
    'agent-crashed',
    /ended the agent by SIGBUS/,
  ],
  [
    'an agent that the kernel ended, with its session',
    { ...own, silence: 'broken', session: 'new', tasks: [], deadlySignal: 'KILL' },
    'agent-crashed',
    /by SIGKILL/,
  ],
  ['an agent that has ended', { ...own, silence: 'broken', tasks: [task('ended')] }, 'agent-gone', /gone/],
  ['no agent, and a new session', { ...own, session: 'new', tasks: [] }, 'session-lost', /ended with it/],
  [
    'no agent after the time of an operation',
    { ...own, silence: 'no answer', tasks: [] },
    'slow',
    /after its deadline/,
  ],
  [
    'an idle agent, and no operation',
    { session: 'own', tasks: [task('idle')] },
    'test-waits',
    /no operation is under way/,
  ],
  ['an idle agent with an operation', { ...own, tasks: [task('idle')] }, 'session-lost', /session is lost/],
  [
    'a conversation that broke, and an agent that is alive',
    { session: 'own', silence: 'broken', tasks: [task('idle')] },
    'session-lost',
    /session is lost/,
  ],
  [
    'a conversation that broke during an operation',
    { ...own, silence: 'broken', tasks: [task('in the kernel')] },
    'session-lost',
    /session is lost/,
  ],
  [
    'an operation that sleeps',
    { ...own, tasks: [task('in the kernel')] },
    'operation-stuck',
    /convert\(gmem#1\) is stuck in it: task 80/,
  ],
  [
    'an operation that sleeps, over a new session',
    { ...own, session: 'new', tasks: [task('in the kernel')] },
    'operation-stuck',
    /stuck/,
  ],
  [
    'a thread that sleeps, and others that wait for it or are stopped',
    { ...own, tasks: [task('waiting'), task('stopped', 81), task('in the kernel', 82)] },
    'operation-stuck',
    /task 82/,
  ],
  ['a stopped agent', { ...own, tasks: [task('stopped')] }, 'agent-stopped', /task 80/],
  [
    'a stopped child',
    { ...own, tasks: [task('waiting'), { ...task('stopped'), pid: 90, tid: 90 }] },
    'agent-stopped',
    /stopped/,
  ],
  ['an agent in its own code', { ...own, tasks: [task('in user space')] }, 'agent-stuck', /own code/],
  ['an agent without a CPU', { ...own, tasks: [task('runnable')] }, 'unknown', /no progress/],
  ['an agent that waits for itself', { ...own, tasks: [task('waiting')] }, 'agent-stuck', /waits for itself/],
]

for (const [what, change, kind, summary] of table) {
  void test(`${what}: ${kind}, ${verdictByHang[kind]}`, (t) => {
    const hang = judgeHang({ ...alive, ...change })
    t.equal(hang.kind, kind)
    t.equal(hang.verdict, verdictByHang[kind])
    t.match(hang.summary, summary)
    t.end()
  })
}

void test('the table has every kind', (t) => {
  t.strictSame(new Set(table.map(([, , kind]) => kind)), new Set(Object.keys(verdictByHang)))
  t.end()
})

void test('what was seen is in the details', (t) => {
  const { details } = judgeHang({ ...alive, ...own, tasks: [task('in the kernel')] })
  t.strictSame(details, ["ssh: the agent's session answers", 'task 80: in the kernel', '  frame_of_80+0x1/0x2'])
  const dead = judgeHang({ ...alive, ...none, nmi: false, vcpus: [[], [vcpu({ halted: true })]], sysrq: [] })
  t.strictSame(dead.details, [
    'ssh: no session answers',
    'NMI: no answer',
    'vCPU 0: in the kernel, halted, interrupts off',
    '  spin+0x2/0x4',
    'sysrq: no answer',
  ])
  const stuck = judgeHang({ ...alive, ...none, sysrq: ['task:agent state:D'] })
  t.strictSame(stuck.details.slice(-2), ['sysrq: answered', 'task:agent state:D'])
  t.end()
})
