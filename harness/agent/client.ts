// The agent as the other rooms use it: one method an operation, grouped by topic.
import type { Patience } from '../base/patience.ts'
import { ProtocolError } from '../base/errors.ts'
import { RaceOperations } from './actors.ts'
import { callOf, type Call, type CallTarget, type Outcome, type Result } from './wire/call.ts'
import { Connection, type AgentChannel, type Unanswered } from './wire/connection.ts'
import type { Child, File, Gmem, Mapping, Pin, Vcpu, Vm } from './wire/fields.ts'
import { FileOperations } from './files.ts'
import { FrameOperations } from './frame-runs.ts'
import { GmemOperations, ioctlRawOf, type IoctlRaw } from './gmem.ts'
import { GuestOperations } from './guest.ts'
import { HostOperations } from './host.ts'
import { Journal, type Recording, type SentRequest } from './wire/journal.ts'
import { kernelLogOf, type ReadKernelLog } from './kernel-log.ts'
import { newCodeOf, type ReadNewCode } from './new-code.ts'
import { runProgramOf, type RunProgram } from './programs.ts'
import { repeatRoundsOf, type RepeatRounds } from './rounds.ts'
import { signals } from '../uapi/constants.ts'
import type { words } from './vocabulary.ts'
import type { Request } from './wire/operations.ts'
import { joinedDigests } from './wire/table.ts'
import { VmOperations } from './kvm-vm.ts'
import { protocolVersion } from './wire/protocol.ts'
import { StepOperations } from './steps.ts'

/** A kind of allocations of the kernel. */
export type Allocation = (typeof words.allocation)[number]

/** Signals for one operation, from a timer; times are in nanoseconds. */
export interface SignalNext {
  readonly how: (typeof words.signal)[number]
  /** The first one comes so long after the start of the operation; only a blocked one may be there from the start on, with 0. */
  readonly after: number
  /** The distance of the following ones; there are none if not given. */
  readonly every?: number
}

/** All operations of one process of the agent. A failure in the kernel is a result, not an error: see `must`. */
export interface Operations {
  readonly vm: VmOperations
  readonly gmem: GmemOperations
  readonly host: HostOperations
  readonly guest: GuestOperations
  readonly files: FileOperations
  readonly race: RaceOperations
  readonly frames: FrameOperations
  readonly steps: StepOperations
  readonly readKernelLog: ReadKernelLog
  readonly ioctlRaw: IoctlRaw
  /** Closes a descriptor, unmaps a mapping, lets pinned pages go. The handle is never used again. */
  close(handle: Vm | Vcpu | Gmem | File | Mapping | Pin | Child): Promise<Outcome>
  /** Binds this process to CPUs, one bit each; 0 is all of them. */
  setAffinity(cpus: number | bigint): Promise<Outcome>
  /**
   * The n-th allocation of this kind in the next operation fails, within its system call (CONFIG_FAILSLAB,
   * CONFIG_FAIL_PAGE_ALLOC); ENOENT where the kernel cannot do that. `failNthResult` tells whether it did fail; if not, the
   * operation has fewer allocations.
   */
  failNth(of: Allocation, nth: number): Promise<Outcome>
  failNthResult(): Promise<Result<'failNthResult'>>
  readonly newCode: ReadNewCode
  readonly repeat: RepeatRounds
  /** Performs many operations in one round trip, and returns the answer of each. */
  readonly runProgram: RunProgram
  /**
   * Counts the open descriptors of this process, without those that it keeps for itself, and the numbers of descriptors that
   * the kernel has taken but that no file has.
   */
  descriptors(): Promise<Result<'descriptors'>>
  /**
   * In the next operation, within its system call, so many allocations of this kind fail one after the other, behind the first
   * `space` bytes of objects, or pages. `failLastingResult` tells how many did fail.
   */
  failLasting(failing: Request<'failLasting'>): Promise<Outcome>
  failLastingResult(): Promise<Result<'failLastingResult'>>
  /** The thread that performs the next operation gets signals meanwhile; `signalNextResult` counts them. */
  signalNext(options: SignalNext): Promise<Outcome>
  signalNextResult(): Promise<Result<'signalNextResult'>>
}

/** A process that the agent forked, with copies of the handles that its parent had then. */
interface ChildAgent extends Operations, AsyncDisposable {
  readonly pid: number
  /** Ends the child at once, as disposing of it does. */
  kill(): Promise<Result<'childWait'>>
}

export interface Agent extends Operations, AsyncDisposable {
  readonly pid: number
  readonly cpus: number
  /** How much longer than on hardware of its own the instance may take for its work. */
  readonly patience: Patience
  /** The release of the kernel under test, as uname reports it. */
  readonly kernelRelease: string
  /** Forks a copy of the agent's process that does the same operations. */
  fork(): Promise<ChildAgent>
  /** Closes every handle, ends every child and every race. `open` lists the handles, for the search for leaks. */
  reset(): Promise<Outcome & { readonly handles: number; readonly open: string }>
  /** The last operations, oldest first: `convert(gmem#3, …) = EAGAIN, error_offset 0x2000`. */
  readonly recentOperations: readonly string[]
  /** Returns the operations after the last one that `isStart` selects, as they were sent, with their ends. */
  operationsSince(this: void, isStart: (request: SentRequest) => boolean): Recording
  /** The operation that has no answer yet, and the number of answers: both show whether the agent is stuck. */
  readonly unanswered: Unanswered
  /** The signal of the kernel that ended the agent, without SIG, when that is known: `SEGV`. */
  readonly deadlySignal: string | undefined
  /** The last lines of the agent's standard error, oldest first. */
  readonly stderr: readonly string[]
}

interface AgentOptions {
  /** Ends the conversation and fails the operation that waits for its answer. */
  readonly signal: AbortSignal
  /** Multiplies every deadline: how much slower the instance is than this computer. */
  readonly patience: Patience
}

function operationsOf(call: Call, patience: Patience): Operations {
  return {
    vm: new VmOperations(call),
    gmem: new GmemOperations(call),
    host: new HostOperations(call),
    guest: new GuestOperations(call, patience),
    files: new FileOperations(call),
    race: new RaceOperations(call),
    frames: new FrameOperations(call),
    steps: new StepOperations(call, patience),
    readKernelLog: kernelLogOf(call),
    ioctlRaw: ioctlRawOf(call),
    close: (handle) => call('close', { handle }),
    setAffinity: (cpus) => call('setAffinity', { cpus }),
    newCode: newCodeOf(call),
    failNth: (of, nth) => call('failNth', { of, nth }),
    failNthResult: () => call('failNthResult', {}),
    repeat: repeatRoundsOf(call),
    runProgram: runProgramOf(call),
    descriptors: () => call('descriptors', {}),
    failLasting: (failing) => call('failLasting', failing),
    failLastingResult: () => call('failLastingResult', {}),
    signalNext: (options) => call('signalNext', options),
    signalNextResult: () => call('signalNextResult', {}),
  }
}

async function greet(call: Call): Promise<Pick<Agent, 'pid' | 'cpus' | 'kernelRelease'>> {
  const { tail, pid, cpus } = await call('hello', { version: protocolVersion })
  const [kernelRelease = '', _compiler, theirs] = tail.toString('utf8').split('\n')
  const ours = joinedDigests()
  if (theirs !== ours) {
    const message = `the agent has another table of operations: digest ${theirs}, but ${ours} in the harness`
    throw new ProtocolError('AGENT_MISMATCH', message, { hint: 'make -C guest-images/agent headers' })
  }
  return { pid, cpus, kernelRelease }
}

async function forkOf(target: CallTarget, call: Call): Promise<ChildAgent> {
  const { child, pid } = await call('fork', {})
  const kill = async (): Promise<Result<'childWait'>> => {
    await call('childKill', { child, signal: signals.kill })
    return call('childWait', { child, timeout: 5_000 })
  }
  return {
    ...operationsOf(callOf({ ...target, process: child % 2 ** 16 }), target.patience),
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
 * Exchanges `hello` with the agent at the other end of the channel.
 * @throws {ProtocolError} AGENT_MISMATCH when it has another table of operations; others as with every operation
 */
export async function startAgent(channel: AgentChannel, options: AgentOptions): Promise<Agent> {
  const { signal, patience } = options
  await using stack = new AsyncDisposableStack()
  const connection = stack.use(new Connection(channel, signal))
  const journal = new Journal()
  const target = { connection, journal, patience, process: 0 }
  const call = callOf(target)
  const greeting = await greet(call)
  const owned = stack.move()
  return {
    ...operationsOf(call, patience),
    ...greeting,
    patience,
    fork: () => forkOf(target, call),
    reset: async () => {
      const { tail, ...reply } = await call('reset', {})
      return { ...reply, open: tail.toString('utf8') }
    },
    get recentOperations() {
      return journal.lines
    },
    operationsSince: (isStart) => journal.since(isStart),
    get unanswered() {
      return connection.unanswered
    },
    get deadlySignal() {
      return connection.deadlySignal
    },
    get stderr() {
      return connection.stderr
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
