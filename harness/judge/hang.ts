// From what was seen of a machine in which something does not end to whose fault it is: a table, no guesses.
import type { QemuState } from '../vm/liveness.ts'
import type { VcpuPosition } from '../vm/vcpus.ts'
import type { Task } from './tasks.ts'

/**
 * What there was instead of an end.
 * - `deadline`: the time of the scenario was over, or that of closing all after it.
 * - `no answer`: the time of one operation was over, and we have hung up: an agent that comes back then ends.
 * - `broken`: the conversation with the agent broke.
 */
export type Silence = 'deadline' | 'no answer' | 'broken'

/** What is known; questions that need not be asked any more, or could not be, have no answer. */
export interface Evidence {
  readonly silence: Silence
  /** The operation that had no answer, as a readable line. */
  readonly operation?: string
  /** Whether other operations have ended while all this was found out. */
  readonly goesOn: boolean
  readonly qemu: QemuState
  /** Over which session the guest answered: that of the agent, a new one, or none. */
  readonly session?: 'own' | 'new' | 'none'
  /** The agent's, when the guest answered. */
  readonly tasks?: readonly Task[]
  /** Whether the kernel said something to a non-maskable interrupt. */
  readonly nmi?: boolean
  /** What it said to sysrq. */
  readonly sysrq?: readonly string[]
  /** Where the virtual CPUs were, at two moments. */
  readonly vcpus?: readonly (readonly VcpuPosition[])[]
}

/** What is the matter. */
export type HangKind =
  | 'qemu-stopped'
  | 'kernel-dead'
  | 'kernel-stuck'
  | 'operation-stuck'
  | 'slow'
  | 'agent-gone'
  | 'agent-stopped'
  | 'agent-stuck'
  | 'session-lost'
  | 'scenario-waits'
  | 'unknown'

export interface Hang {
  readonly kind: HangKind
  readonly verdict: 'FAIL' | 'ERROR' | 'MISS'
  /** For the message, after what did not end. */
  readonly summary: string
  /** What was seen, line by line: kernel stacks above all. */
  readonly details: readonly string[]
}

/** Who is at fault (docs/results.md has the table with the reasons). */
export const verdictByHang = {
  'qemu-stopped': 'MISS',
  'kernel-dead': 'FAIL',
  'kernel-stuck': 'FAIL',
  'operation-stuck': 'FAIL',
  slow: 'FAIL',
  'agent-gone': 'ERROR',
  'agent-stopped': 'ERROR',
  'agent-stuck': 'ERROR',
  'session-lost': 'ERROR',
  'scenario-waits': 'ERROR',
  unknown: 'ERROR',
} as const satisfies Record<HangKind, Hang['verdict']>

/** Tells hangs apart. First match wins, from the outermost part of the machine to the innermost. */
export function judgeHang(evidence: Evidence): Hang {
  const [kind, summary] = outermost(evidence) ?? ofKernel(evidence) ?? ofAgent(evidence)
  return { kind, verdict: verdictByHang[kind], summary, details: detailsOf(evidence) }
}

type Judged = readonly [kind: HangKind, summary: string]

function outermost({ qemu }: Evidence): Judged | undefined {
  switch (qemu.kind) {
    case 'runs':
      return undefined
    case 'stopped':
      return ['qemu-stopped', 'QEMU is stopped: its process gets no CPU (SIGSTOP, or a debugger)']
    case 'silent':
      return ['qemu-stopped', 'QEMU runs, and its monitor does not answer']
    case 'gone':
      return ['qemu-stopped', 'QEMU is gone']
    case 'paused':
      return ['qemu-stopped', `QEMU has paused the virtual machine (${qemu.status})`]
    default:
      return qemu satisfies never
  }
}

/** What can be said without an answer from user space. */
function ofKernel({ session, nmi, sysrq = [], vcpus }: Evidence): Judged | undefined {
  if (session !== 'none') return undefined
  if (nmi === undefined || vcpus === undefined) {
    return ['unknown', 'nothing in the guest answers, and the kernel could not be asked']
  }
  if (!nmi && sysrq.length === 0) {
    return ['kernel-dead', 'the kernel is dead: it answers neither to an NMI nor to sysrq']
  }
  const blocked = sysrq.find((line) => /\btask:\S+ +state:D/.test(line))
  const busy = inKernelThroughout(vcpus)
  if (blocked === undefined && busy === undefined) {
    return ['session-lost', 'the kernel is alive and idle, and no ssh session can be had']
  }
  const why =
    busy === undefined ? 'tasks are blocked in it' : `vCPU ${busy.cpu} does not leave ${nameOf(busy)}`
  return ['kernel-stuck', `the kernel answers, but user space does not run: ${why}`]
}

function isBusy({ mode, halted }: VcpuPosition): boolean {
  return mode === 'kernel' && !halted
}

/** A virtual CPU that is busy in the kernel at every look. */
function inKernelThroughout(looks: readonly (readonly VcpuPosition[])[]): VcpuPosition | undefined {
  return looks[0]?.find(
    ({ cpu }) =>
      looks.length > 1 &&
      looks.every((look) => look.some((position) => position.cpu === cpu && isBusy(position))),
  )
}

/** The function in which a call into the kernel spends its time: the innermost one may change from look to look. */
function nameOf({ trace }: VcpuPosition): string {
  return trace[0]?.replace(/\+.*/, '') ?? 'the kernel'
}

function ofAgent(evidence: Evidence): Judged {
  const { tasks, silence, operation, goesOn } = evidence
  if (goesOn) return ['slow', 'it is not stuck: the agent goes on to answer']
  if (tasks === undefined) return ['unknown', 'the guest did not say what the agent does']
  const main = tasks.find(({ pid, tid }) => pid === tid)
  if (main === undefined || main.activity === 'ended') return withoutAgent(evidence)
  if (silence === 'deadline' && main.activity === 'idle' && operation === undefined) {
    return [
      'scenario-waits',
      'no operation is under way: the scenario waits for something that is not the kernel',
    ]
  }
  if (silence === 'broken' || main.activity === 'idle') {
    return [
      'session-lost',
      `the ssh session is lost, and the kernel and the agent are alive: ${main.summary}`,
    ]
  }
  return ofTasks(tasks, main, operation ?? 'what it was told')
}

function withoutAgent({ silence, session }: Evidence): Judged {
  if (silence === 'no answer')
    return ['slow', 'it was not stuck: it ended when nobody waited for it any more']
  return session === 'new'
    ? ['session-lost', 'the ssh session broke, and the agent ended with it; the kernel is alive']
    : ['agent-gone', 'the agent is gone; the kernel is alive']
}

function ofTasks(tasks: readonly Task[], main: Task, operation: string): Judged {
  const that = (activity: Task['activity']): Task | undefined =>
    tasks.find((task) => task.activity === activity)
  const inKernel = that('in the kernel')
  if (inKernel !== undefined) {
    return ['operation-stuck', `the kernel is alive, and ${operation} is stuck in it: ${inKernel.summary}`]
  }
  const stopped = that('stopped')
  if (stopped !== undefined) return ['agent-stopped', `the agent is stopped: ${stopped.summary}`]
  const busy = that('in user space')
  if (busy !== undefined) return ['agent-stuck', `the agent is stuck in its own code: ${busy.summary}`]
  const starved = that('runnable')
  if (starved !== undefined) return ['unknown', `the agent makes no progress: ${starved.summary}`]
  return ['agent-stuck', `the agent waits for itself: ${main.summary}`]
}

function detailsOf({ tasks = [], nmi, sysrq = [], vcpus = [], session }: Evidence): string[] {
  const sessions = { own: "the agent's session", new: 'a new session', none: 'no session' }
  return [
    ...(session === undefined ? [] : [`ssh: ${sessions[session]} answers`]),
    ...tasks.flatMap(({ summary, stack }) => [summary, ...stack.map(indented)]),
    ...(nmi === undefined ? [] : [`NMI: ${nmi ? 'answered' : 'no answer'}`]),
    ...(vcpus.at(-1) ?? []).flatMap((position) => [describeVcpu(position), ...position.trace.map(indented)]),
    ...(nmi === undefined ? [] : [`sysrq: ${sysrq.length === 0 ? 'no answer' : 'answered'}`]),
    ...sysrq,
  ]
}

function indented(line: string): string {
  return `  ${line}`
}

function describeVcpu({ cpu, mode, halted, interruptsOff }: VcpuPosition): string {
  const where = { kernel: 'in the kernel', user: 'in user space', elsewhere: 'in a guest, or elsewhere' }[
    mode
  ]
  return `vCPU ${cpu}: ${where}${halted ? ', halted' : ''}${interruptsOff ? ', interrupts off' : ''}`
}
