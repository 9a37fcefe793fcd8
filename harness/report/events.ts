// The stream between a run and its reports: the runner writes it, every report is a sink that reads it.
import type { Writable } from 'node:stream'
import type { Isolation } from '../kernel/definition/definition.ts'

/** The version of the event schema: `run-started` and `mutants-started` carry it (docs/results.md). */
export const eventsVersion = 2

/** How a scenario ended, in the words of KCIDB. */
export type Verdict = 'PASS' | 'FAIL' | 'ERROR' | 'MISS' | 'SKIP'

/** Why a scenario did not pass: enough to understand it without the log, and to run it again. */
export interface Diagnostic {
  readonly message: string
  /** The rules of the specification that were being checked. */
  readonly rules: readonly string[]
  /** The last operations on the agent, oldest first, each as one readable line. */
  readonly operations: readonly string[]
  readonly wanted?: unknown
  readonly found?: unknown
  /** `tests/scenarios/….ts:LINE` of the check that failed. */
  readonly at?: string
  /** The last lines of what a program said, when the scenario is a program of somebody else's. */
  readonly output?: readonly string[]
  /** The functions in the call trace of the kernel's complaint, with file and line where they are known. */
  readonly trace?: readonly string[]
  /** The complaint of the kernel, or the last console lines of the scenario's window: always those after a panic or a hang. */
  readonly console: readonly string[]
  /** What was seen of a machine in which something did not end: the agent's tasks with their kernel stacks, virtual CPUs. */
  readonly seen?: readonly string[]
  /** The command line that opens the dump of the guest's memory, or why there is none though it was wanted. */
  readonly vmcore?: string
  /** The command line that runs just this scenario again. */
  readonly again: string
}

/** A test point that a program itself has reported, with those below it. */
export interface TestPoint {
  readonly ok: boolean
  readonly name: string
  /** TODO: that it is not ok was expected. */
  readonly directive?: 'SKIP' | 'TODO'
  readonly reason?: string
  readonly points?: readonly TestPoint[]
}

export interface TestFinished {
  readonly type: 'test-finished'
  readonly suite: string
  readonly name: string
  /** Empty for a program that has no title. */
  readonly title: string
  readonly verdict: Verdict
  readonly milliseconds: number
  /** Present when what failed the test happened before it began: in the boot, or there was no boot. */
  readonly beforehand?: true
  /** Present when this is the verdict on its second try: why the first one was in vain. */
  readonly retried?: string
  /** Splats that an allowance covers, each with its reason. */
  readonly allowed?: readonly string[]
  /** Present with SKIP: why this kernel cannot run it. */
  readonly reason?: string
  /** Present with FAIL, ERROR and MISS. */
  readonly diagnostic?: Diagnostic
  /** Present when the test is a program that reports test points of its own. */
  readonly points?: readonly TestPoint[]
}

export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly time: string
      readonly kernel: string
      readonly dialect: string
      readonly version: number
      readonly suite: string
      /** The names of the tests, in the order of the command line or of the alphabet. */
      readonly tests: readonly string[]
      readonly isolation: Isolation
    }
  | {
      readonly type: 'kernel-ready'
      readonly key: string
      readonly release: string
      readonly cached: boolean
      readonly milliseconds: number
    }
  | {
      readonly type: 'vm-ready'
      readonly accelerator: string
      readonly reason: string
      /** How it was booted: `plain`, or pools of huge pages and boot variants. */
      readonly profile: string
      /** Whether its kernel has booted in it, or in the machine that it is a copy of. */
      readonly origin: 'booted' | 'restored'
      /** From its start until it was ready, by booting or by being restored. */
      readonly milliseconds: number
    }
  | {
      /** The virtual machine that scenarios shared is gone or cannot be trusted any more; the next one gets a new one. */
      readonly type: 'vm-lost'
      readonly reason: string
    }
  | { readonly type: 'test-started'; readonly suite: string; readonly name: string; readonly title: string }
  | {
      /**
       * A test did not come to its end for a reason that may be gone, and runs once more in a new instance. Comes before
       * `test-started` when the first instance did not come up.
       */
      readonly type: 'test-retried'
      readonly suite: string
      readonly name: string
      readonly reason: string
    }
  | TestFinished
  | {
      readonly type: 'run-finished'
      readonly milliseconds: number
      /** How many scenarios ended with each verdict. */
      readonly verdicts: Readonly<Record<Verdict, number>>
      /** Present when the run ended early: no further scenario could be tried. */
      readonly aborted?: string
    }

/** What became of a mutant: of a kernel with one bug on top of its series. */
export type MutantVerdict =
  /** A scenario failed, or the kernel complained or died in a scenario's time. */
  | 'KILLED'
  /** Every scenario passed: one is missing. */
  | 'SURVIVED'
  /** The kernel does not come up, so no scenario had a chance. */
  | 'NO_BOOT'
  /** The patch does not apply, or what it makes does not compile. */
  | 'NOT_BUILT'
  /** Nothing killed it, and not every scenario could be judged. */
  | 'ERROR'

/** A scenario that failed because of a mutant. */
export interface Killer {
  readonly scenario: string
  /** What it says about the failure. */
  readonly message: string
  /** From the start of the boot to its failure. */
  readonly milliseconds: number
}

/** What became of one mutant. */
export interface MutantResult {
  readonly verdict: MutantVerdict
  /** Of all of it: build, boot, scenarios. */
  readonly milliseconds: number
  /** In the order in which they failed. Only the first one is looked for, unless all were asked for. */
  readonly killers: readonly Killer[]
  /** How many scenarios were tried. */
  readonly tried: number
  /** Present unless it was killed: why not. */
  readonly reason?: string
}

/** The stream of a trial of mutants; the events of the scenarios come between those of their mutant. */
export type MutantEvent =
  | {
      readonly type: 'mutants-started'
      readonly time: string
      readonly version: number
      readonly kernel: string
      readonly mutants: readonly string[]
    }
  | { readonly type: 'mutant-started'; readonly name: string; readonly title: string }
  | (MutantResult & {
      readonly type: 'mutant-finished'
      readonly name: string
      readonly title: string
      /** Its number in the catalogue of known bugs, if it has one. */
      readonly bug?: string
      /** The file of its patch. */
      readonly patch: string
      /** The command line that tries just this mutant again. */
      readonly again: string
    })
  /** The scenarios that have killed run on the kernel without a mutant, where they must pass. */
  | { readonly type: 'control-started'; readonly scenarios: readonly string[] }
  | {
      readonly type: 'control-finished'
      readonly milliseconds: number
      /** How many scenarios were tried; none when nothing has killed. */
      readonly tried: number
      /** Present when it failed: which scenarios prove nothing, or why there is no control. */
      readonly reason?: string
    }
  | {
      readonly type: 'mutants-finished'
      readonly milliseconds: number
      readonly verdicts: Readonly<Record<MutantVerdict, number>>
      /** Present when it ended early. */
      readonly aborted?: string
    }

/** Every event that a report may get. */
export type ReportEvent = RunEvent | MutantEvent

/** A consumer of the stream. Sinks only read; one that throws fails the run but does not stop it. */
export interface Sink {
  write(event: ReportEvent): void | Promise<void>
  /** Called once after the last event, also when the run was aborted. */
  close(): Promise<void>
}

/** What a sink has to know beside its stream. */
interface SinkOptions {
  /** Whether the stream is a terminal: only then there is progress and colour. */
  readonly isTty: boolean
  /** The directory of the results, to be named. */
  readonly directory: string
}

/** Makes the sink of a format on a stream. */
export type SinkFactory = (output: Writable, options: SinkOptions) => Sink
