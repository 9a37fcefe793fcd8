// The agent as the rest of the harness knows it: one method an operation, grouped by what it is about.
import { ProtocolError } from '../base/errors.ts'
import { raceOperations } from './actors.ts'
import type { RaceOperations } from './actors.ts'
import { callOf } from './wire/call.ts'
import type { Call, CallTarget, Outcome } from './wire/call.ts'
import { Connection } from './wire/connection.ts'
import type { AgentChannel, Unanswered } from './wire/connection.ts'
import type { Child, File, Gmem, Mapping, Pin, Vcpu, Vm } from './wire/fields.ts'
import { fileOperations } from './files.ts'
import type { FileOperations } from './files.ts'
import { frameOperations } from './frame-runs.ts'
import type { FrameOperations } from './frame-runs.ts'
import { gmemOperations, ioctlRawOf } from './gmem.ts'
import type { GmemOperations, IoctlRaw } from './gmem.ts'
import { guestOperations } from './guest.ts'
import type { GuestOperations } from './guest.ts'
import { hostOperations } from './host.ts'
import type { HostOperations } from './host.ts'
import { Journal } from './wire/journal.ts'
import { kernelLogOf } from './kernel-log.ts'
import type { ReadKernelLog } from './kernel-log.ts'
import { describeLayout, differenceOfLayouts } from './wire/layout.ts'
import { vmOperations } from './kvm-vm.ts'
import type { VmOperations } from './kvm-vm.ts'
import { childOperations } from './processes.ts'
import type { ChildEnd } from './processes.ts'
import { protocolVersion } from './wire/protocol.ts'

/** Everything that a process of the agent can do. An operation that fails in the kernel is a result: see `must`. */
export interface Operations {
  readonly vm: VmOperations
  readonly gmem: GmemOperations
  readonly host: HostOperations
  readonly guest: GuestOperations
  readonly files: FileOperations
  readonly race: RaceOperations
  readonly frames: FrameOperations
  readonly readKernelLog: ReadKernelLog
  readonly ioctlRaw: IoctlRaw
  /** Closes a descriptor, unmaps a mapping, lets pinned pages go. The handle is never used again. */
  close(handle: Vm | Vcpu | Gmem | File | Mapping | Pin | Child): Promise<Outcome>
  /** Binds this process to CPUs, one bit each; 0 is all of them. */
  setAffinity(cpus: number | bigint): Promise<Outcome>
  /**
   * The n-th allocation of the next operation fails, within its system call (CONFIG_FAILSLAB); ENOENT where the kernel
   * cannot do that. `failNthResult` tells whether it came to it: when not, the operation has fewer allocations.
   */
  failNth(nth: number): Promise<Outcome>
  failNthResult(): Promise<Outcome & { readonly armed: boolean; readonly fired: boolean }>
}

/** A process that the agent forked. It has the handles that its parent had then, and may use them on its own. */
interface ChildAgent extends Operations, AsyncDisposable {
  readonly pid: number
  /** Ends it at once; disposing of it does so too. */
  kill(): Promise<ChildEnd>
}

export interface Agent extends Operations, AsyncDisposable {
  readonly pid: number
  readonly cpus: number
  /** The kernel that it runs on, as uname says it. */
  readonly kernelRelease: string
  /** A copy of the agent's process that does the same operations. */
  fork(): Promise<ChildAgent>
  /** Closes every handle, ends every child and every race. `open` says what there was, for the search for leaks. */
  reset(): Promise<Outcome & { readonly handles: number; readonly open: string }>
  /** The last operations, oldest first: `convert(gmem#3, …) = EAGAIN, error_offset 0x2000`. */
  readonly recentOperations: readonly string[]
  /** The operation that has no answer, and how many had one: is it stuck, or does it go on? */
  readonly unanswered: Unanswered
  /** What the agent wrote to its standard error, oldest first. */
  readonly stderr: readonly string[]
}

export interface AgentOptions {
  /** Ends the conversation and fails what is waiting. */
  readonly signal: AbortSignal
  /** Stretches every deadline: how much slower than a real machine this guest is. */
  readonly timeFactor: number
  /** Called with each operation as a readable line, when it has ended. */
  readonly onOperation?: (line: string) => void
}

function operationsOf(call: Call, timeFactor: number): Operations {
  return {
    vm: vmOperations(call),
    gmem: gmemOperations(call),
    host: hostOperations(call),
    guest: guestOperations(call, timeFactor),
    files: fileOperations(call),
    race: raceOperations(call),
    frames: frameOperations(call),
    readKernelLog: kernelLogOf(call),
    ioctlRaw: ioctlRawOf(call),
    close: (handle) => call('close', { handle }),
    setAffinity: (cpus) => call('setAffinity', { cpus }),
    failNth: (nth) => call('failNth', { nth }),
    failNthResult: () => call('failNthResult', {}),
  }
}

interface Greeting {
  readonly pid: number
  readonly cpus: number
  readonly kernelRelease: string
}

async function greet(call: Call): Promise<Greeting> {
  const { tail, ...hello } = await call('hello', { version: protocolVersion })
  const [kernelRelease = '', _compiler, ...layout] = tail.toString('utf8').split('\n')
  const difference = differenceOfLayouts(describeLayout(), layout.join('\n'))
  if (difference !== undefined) {
    throw new ProtocolError('AGENT_MISMATCH', `the agent speaks another protocol: ${difference}`, {
      hint: 'build the agent again from guest-images/agent',
    })
  }
  return { pid: hello.pid, cpus: hello.cpus, kernelRelease }
}

async function forkOf(target: CallTarget, call: Call): Promise<ChildAgent> {
  const { child, pid } = await call('fork', {})
  const kill = (): Promise<ChildEnd> => childOperations(call).kill(child)
  return {
    ...operationsOf(callOf({ ...target, process: child % 2 ** 16 }), target.timeFactor),
    pid,
    kill,
    [Symbol.asyncDispose]: async () => {
      try {
        await kill()
      } catch (error) {
        // Without the agent there is no child either.
        if (!(error instanceof ProtocolError)) throw error
      }
    },
  }
}

/**
 * Shakes hands with the agent at the other end of the channel.
 * @throws {ProtocolError} AGENT_MISMATCH when it is of another version; the others as with every operation
 */
export async function startAgent(channel: AgentChannel, options: AgentOptions): Promise<Agent> {
  const { signal, timeFactor } = options
  await using stack = new AsyncDisposableStack()
  const connection = stack.use(new Connection(channel, signal))
  const journal = new Journal(options.onOperation)
  const target = { connection, journal, timeFactor, process: 0 }
  const call = callOf(target)
  const greeting = await greet(call)
  const owned = stack.move()
  return {
    ...operationsOf(call, timeFactor),
    ...greeting,
    fork: () => forkOf(target, call),
    reset: async () => {
      const { tail, ...reply } = await call('reset', {})
      return { ...reply, open: tail.toString('utf8') }
    },
    get recentOperations() {
      return journal.lines
    },
    get unanswered() {
      return connection.unanswered
    },
    get stderr() {
      return connection.stderr
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
