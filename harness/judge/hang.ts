// Derives the cause of a hang from evidence: a table, no guesses.
import type { QemuState } from '../vm/liveness.ts'
import type { VcpuPosition } from '../vm/vcpus.ts'
import type { Task } from './tasks.ts'

/**
 * How a hang showed.
 * - `deadline`: the deadline of the test passed, or that of the clean-up after it.
 * - `no answer`: the deadline of one operation passed, and gmemtest closed the connection; an agent that continues then ends.
 * - `broken`: the connection to the agent broke.
 */
export type Silence = 'deadline' | 'no answer' | 'broken'

/** The evidence. A field is missing when its question was not necessary, or got no answer. */
export interface Evidence {
  readonly silence: Silence
  /** The operation without an answer, as a readable line. */
  readonly operation?: string
  /** Other operations have ended while the evidence was collected. */
  readonly goesOn: boolean
  readonly qemu: QemuState
  /** The session over which the instance answered: that of the agent, a new one, or none. */
  readonly session?: 'own' | 'new' | 'none'
  /** The signal of the kernel that ended the agent, without SIG: `SEGV`. */
  readonly deadlySignal?: string
  /** The tasks of the agent, or of the program that did not end, when the instance answered. */
  readonly tasks?: readonly Task[]
  /** The kernel printed something in answer to a non-maskable interrupt. */
  readonly nmi?: boolean
  /** The answer of the kernel to sysrq. */
  readonly sysrq?: readonly string[]
  /** The positions of the virtual CPUs, at two moments. */
  readonly vcpus?: readonly (readonly VcpuPosition[])[]
}

export interface Hang {
  readonly kind: HangKind
  readonly verdict: 'FAIL' | 'ERROR' | 'MISS'
  /** The part of the message that follows the name of the stage. */
  readonly summary: string
  /** The evidence as readable lines: mostly kernel stacks. */
  readonly details: readonly string[]
}

/** The verdict of each kind; docs/results.md has the reasons. */
export const verdictByHang = {
  'qemu-stopped': 'MISS',
  'kernel-dead': 'FAIL',
  'kernel-stuck': 'FAIL',
  'operation-stuck': 'FAIL',
  slow: 'FAIL',
  'agent-crashed': 'FAIL',
  'agent-gone': 'ERROR',
  'agent-stopped': 'ERROR',
  'agent-stuck': 'ERROR',
  'session-lost': 'ERROR',
  'test-waits': 'ERROR',
  unknown: 'ERROR',
} as const satisfies Record<string, Hang['verdict']>

export type HangKind = keyof typeof verdictByHang

/** Classifies a hang. The first match wins, from QEMU over the kernel to the agent. */
export function judgeHang(evidence: Evidence): Hang {
  const [kind, summary] = outermost(evidence) ?? ofKernel(evidence) ?? ofAgent(evidence)
  return { kind, verdict: verdictByHang[kind], summary, details: detailsOf(evidence) }
}

type Judged = readonly [kind: HangKind, summary: string]

function outermost({ qemu }: Evidence): Judged | undefined {
  if (qemu.kind === 'runs') return undefined
  const reason = qemu.kind === 'paused' ? `QEMU has paused the instance (${qemu.status})` : absences[qemu.kind]
  return ['qemu-stopped', reason]
}

const absences = {
  stopped: 'QEMU is stopped: its process gets no CPU (SIGSTOP, or a debugger)',
  silent: 'QEMU runs, and its monitor does not answer',
  gone: 'QEMU is gone',
} as const satisfies Record<Exclude<QemuState['kind'], 'runs' | 'paused'>, string>

/** Judges by the kernel alone, when user space does not answer. */
function ofKernel({ session, nmi, sysrq = [], vcpus }: Evidence): Judged | undefined {
  if (session !== 'none') return undefined
  if (nmi === undefined || vcpus === undefined) {
    return ['unknown', 'nothing in the instance answers, and QEMU could not examine the kernel']
  }
  if (!nmi && sysrq.length === 0) {
    return ['kernel-dead', 'the kernel is dead: it answers neither to an NMI nor to sysrq']
  }
  const blocked = sysrq.find((line) => /\btask:\S+ +state:D/.test(line))
  const busy = inKernelThroughout(vcpus)
  if (blocked === undefined && busy === undefined) {
    return ['session-lost', 'the kernel is alive and idle, and a new ssh session cannot be opened']
  }
  const why = busy === undefined ? 'tasks are blocked in it' : `vCPU ${busy.cpu} does not leave ${nameOf(busy)}`
  return ['kernel-stuck', `the kernel answers, but user space does not run: ${why}`]
}

function isBusy({ mode, halted }: VcpuPosition): boolean {
  return mode === 'kernel' && !halted
}

/** Returns a virtual CPU that is busy in the kernel in every sample. */
function inKernelThroughout(looks: readonly (readonly VcpuPosition[])[]): VcpuPosition | undefined {
  return looks[0]?.find(
    ({ cpu }) =>
      looks.length > 1 && looks.every((look) => look.some((position) => position.cpu === cpu && isBusy(position))),
  )
}

/** Returns the function in which the virtual CPU spends its time. */
function nameOf({ trace }: VcpuPosition): string {
  return trace[0]?.replace(/\+.*/, '') ?? 'the kernel'
}

function ofAgent(evidence: Evidence): Judged {
  const { tasks, silence, operation, goesOn, deadlySignal } = evidence
  if (deadlySignal !== undefined) {
    return ['agent-crashed', `the kernel ended the agent by SIG${deadlySignal}; the kernel is alive`]
  }
  if (goesOn) return ['slow', 'it is not stuck: the agent goes on to answer']
  if (tasks === undefined) return ['unknown', 'the instance did not tell the state of the agent']
  const main = tasks.find(({ pid, tid }) => pid === tid)
  if (main === undefined || main.activity === 'ended') return withoutAgent(evidence)
  if (silence === 'deadline' && main.activity === 'idle' && operation === undefined) {
    return ['test-waits', 'no operation is under way: the test waits for something that is not the kernel']
  }
  if (silence === 'broken' || main.activity === 'idle') {
    return ['session-lost', `the ssh session is lost, and the kernel and the agent are alive: ${main.summary}`]
  }
  return ofTasks(tasks, main, operation ?? 'its operation')
}

function withoutAgent({ silence, session }: Evidence): Judged {
  if (silence === 'no answer') return ['slow', 'it was not stuck: it ended after its deadline']
  return session === 'new'
    ? ['session-lost', 'the ssh session broke, and the agent ended with it; the kernel is alive']
    : ['agent-gone', 'the agent is gone; the kernel is alive']
}

function ofTasks(tasks: readonly Task[], main: Task, operation: string): Judged {
  const that = (activity: Task['activity']): Task | undefined => tasks.find((task) => task.activity === activity)
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

/** Returns the evidence as readable lines. */
export function detailsOf({
  tasks = [],
  nmi,
  sysrq = [],
  vcpus = [],
  session,
}: Omit<Evidence, 'silence' | 'goesOn'>): string[] {
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
  const where = { kernel: 'in the kernel', user: 'in user space', elsewhere: 'in a nested VM, or elsewhere' }[mode]
  return `vCPU ${cpu}: ${where}${halted ? ', halted' : ''}${interruptsOff ? ', interrupts off' : ''}`
}
