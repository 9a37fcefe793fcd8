// What a run has to know, and what it answers with.
import type { Allowance } from '../kernel/definition/allowances.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { Isolation } from '../kernel/definition/definition.ts'
import type { RunEvent, Verdict } from '../report/events.ts'
import type { BootPlan } from './boot-plan.ts'
import type { Instance, InstanceSource } from '../instance/instance.ts'

export type ScenarioFinished = Extract<RunEvent, { type: 'scenario-finished' }>

export interface RunnerOptions {
  readonly plan: BootPlan
  readonly instances: InstanceSource
  readonly isolation: Isolation
  /** How many machines there may be at once. With one, scenarios run in the order of the plan. */
  readonly jobs: number
  /** How many milliseconds scenarios took the last time, by their names; any may be missing. */
  readonly durations: ReadonlyMap<string, number>
  /** Called with one event after the other. Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  readonly signal: AbortSignal
  readonly dialect: Dialect
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The needs that this kernel is known to lack: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** What the kernel may complain about; nothing if not given. */
  readonly allow?: readonly Allowance[]
  /** The command line that runs one scenario again. */
  readonly again: (name: string) => string
  /** Asked after each scenario; when it says yes, no further one is begun. */
  readonly until?: (finished: ScenarioFinished) => boolean
  /**
   * Called after the last event with the machine of the last scenario if it still runs, before it is closed. Only with
   * one job: otherwise nobody could tell which machine that is.
   */
  readonly keep?: (instance: Instance) => Promise<void>
}

export interface RunOutcome {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Why the run ended before its last scenario. */
  readonly aborted?: string
  /** What kept a machine from coming up. */
  readonly error?: unknown
  /** What the run is worth as an exit code; interruptions and broken reports are the caller's business. */
  readonly exitCode: number
}
