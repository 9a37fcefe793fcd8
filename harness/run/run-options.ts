// The inputs of a run, and its outcome.
import type { Instance, InstanceSource } from '../instance/instance.ts'
import type { JudgeFacts } from '../judge/facts.ts'
import type { Allowance } from '../kernel/definition/allowances.ts'
import type { Isolation } from '../kernel/definition/definition.ts'
import type { ProgramFile } from '../report/stored/program-file.ts'
import type { RunEvent, TestFinished, Verdict } from '../report/events.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { BootPlan } from './boot-plan.ts'
import type { TimeLimit } from './time-limit.ts'

/** Trouble that comes twice is likely to stay. */
export const usualRetries = 1

export interface RunOptions extends JudgeFacts {
  readonly plan: BootPlan
  readonly instances: InstanceSource
  readonly isolation: Isolation
  /** The largest number of instances at once. With one, tests run in the order of the plan. */
  readonly jobs: number
  /** The durations of tests in the last run, in milliseconds by names; any may be missing. */
  readonly durations: ReadonlyMap<string, number>
  /** Receives one event after the other. Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  /** Receives each event when it happens, for progress: those of later tests wait for `emit`. */
  readonly watch?: (event: RunEvent) => void
  readonly signal: AbortSignal
  readonly dialect: Dialect
  /** A kernel that does not speak the dialect ends the run before its first test. */
  readonly needsDialect: boolean
  /** The allowances of the kernel definition. */
  readonly allow: readonly Allowance[]
  /** The day (`dayOf`) on which the run began: allowances expire by it. */
  readonly today: string
  /** No test begins after it: the others are a MISS. */
  readonly limit?: TimeLimit
  /** Tells whether the end of a test ends the run as a failure. */
  readonly failFast?: (finished: TestFinished) => boolean
  /** How often a test is tried again after transient trouble of this computer; `usualRetries` if not given. */
  readonly retries?: number
  /** Called after each test; true ends the run. */
  readonly until?: (finished: TestFinished) => boolean
  /** Stores the operations of a test that failed, and returns the name of the file. */
  readonly storeProgram?: (program: ProgramFile) => Promise<string>
  /**
   * Called after the last event with the instance of the last test. Only for one job: with more, the last instance is
   * undefined.
   */
  readonly keep?: (kept: Kept) => Promise<void>
}

/** A kernel of a campaign, whose instances can be booted. Disposal closes the instances that no run has taken. */
export interface BuiltKernel extends AsyncDisposable, Pick<RunOptions, 'decode' | 'storeProgram'> {
  readonly instances: InstanceSource
}

/** The options of a run that do not depend on its kernel. */
export type OnKernel = Omit<RunOptions, 'instances' | 'decode' | 'jobs' | 'isolation' | 'durations' | 'keep'>

/** The instance of the last test, or the reason for which it is closed already. */
export type Kept =
  { readonly kind: 'instance'; readonly instance: Instance } | { readonly kind: 'nothing'; readonly reason: string }

export interface RunOutcome {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** The reason for which the run ended before its last test. */
  readonly aborted?: string
  /** The error for which an instance did not come up. */
  readonly error?: unknown
  /** The exit code, without regard to interruptions and broken reports. */
  readonly exitCode: number
}
