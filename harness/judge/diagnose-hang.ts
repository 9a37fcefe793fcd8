// Collects evidence about a test that does not end: from QEMU, the kernel and the agent, each within its own deadline.
import { GmemtestError, ProtocolError } from '../base/errors.ts'
import { DeadlineExceeded } from '../base/deadline.ts'
import type { QemuState } from '../vm/liveness.ts'
import { detailsOf, judgeHang, type Evidence, type Hang, type Silence } from './hang.ts'
import type { Instance } from '../instance/instance.ts'
import { agentTasks, allTasks, tasksCommand, type Task } from './tasks.ts'

// `base` is for an instance as fast as this computer; `least` leaves time for a busy one.
const ownSession = { least: 2000, base: 300 }
const newSession = { least: 3000, base: 800 }

const silences: ReadonlyMap<string, Silence> = new Map([
  ['AGENT_STUCK', 'no answer'],
  ['AGENT_DIED', 'broken'],
  ['AGENT_CONNECTION_LOST', 'broken'],
])

/** Returns the kind of silence when an error tells only that there was no answer; undefined for all other errors. */
export function silenceIn(error: unknown): Silence | undefined {
  if (error instanceof DeadlineExceeded) return 'deadline'
  return error instanceof ProtocolError ? silences.get(error.code) : undefined
}

/**
 * Examines an instance in which a test does not end. No further test may run in the instance afterwards.
 * @throws the reason of `signal`
 */
export async function investigate(instance: Instance, silence: Silence, signal: AbortSignal): Promise<Hang> {
  const { operation, answers } = instance.agent.unanswered
  const evidence = await collect(instance, signal, (output) => agentTasks(output, instance.agent.pid), 'agent')
  // The signal may arrive after the end of the connection's data.
  const { deadlySignal } = instance.agent
  return judgeHang({
    ...evidence,
    silence,
    ...(operation === undefined ? {} : { operation }),
    ...(deadlySignal === undefined ? {} : { deadlySignal }),
    goesOn: instance.agent.unanswered.answers > answers,
  })
}

/**
 * Examines an instance in which a program does not end, and returns the state of the program and of the kernel as readable
 * lines. No further test may run in the instance afterwards.
 * @throws the reason of `signal`
 */
export async function lookAt(program: string, instance: Instance, signal: AbortSignal): Promise<readonly string[]> {
  const evidence = await collect(instance, signal, allTasks, program)
  const gone = evidence.tasks?.length === 0 ? [`no process named ${program} is left`] : []
  return [...detailsOf(evidence), ...gone]
}

type Found = Omit<Evidence, 'goesOn' | 'silence' | 'operation' | 'deadlySignal'>

type ReadTasks = (output: string) => readonly Task[]

async function collect(instance: Instance, signal: AbortSignal, read: ReadTasks, program: string): Promise<Found> {
  const { liveness } = instance
  const askFor = async (session: 'own' | 'new'): Promise<Evidence['tasks']> => {
    const { least, base } = session === 'own' ? ownSession : newSession
    const milliseconds = instance.accelerator.patience.for(base, least)
    const limits = { signal, milliseconds }
    const output = await orNothing(signal, () => instance.ask(session, tasksCommand(program), limits))
    return output === undefined ? undefined : read(output)
  }
  const qemu: QemuState = (await orNothing(signal, () => liveness.qemu(signal))) ?? { kind: 'silent' }
  if (qemu.kind !== 'runs') return { qemu }
  const own = await askFor('own')
  if (own !== undefined) return { qemu, session: 'own', tasks: own }
  const nmi = await orNothing(signal, () => liveness.nmi(signal))
  if (nmi !== false) {
    const other = await askFor('new')
    if (other !== undefined) return { qemu, session: 'new', tasks: other }
  }
  // Positions first: the CPUs spend time on printing the answer to sysrq.
  const vcpus = await orNothing(signal, () => liveness.vcpus(signal))
  const sysrq = await orNothing(signal, () => liveness.sysrq(signal))
  return {
    qemu,
    session: 'none',
    ...(nmi === undefined ? {} : { nmi }),
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(sysrq === undefined ? {} : { sysrq }),
  }
}

/** Returns undefined when the question fails: a missing answer is evidence as well, and other questions follow. */
async function orNothing<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof GmemtestError || error instanceof DeadlineExceeded) return undefined
    throw error
  }
}
