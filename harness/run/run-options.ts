// What a run has to know, and what it answers with.
import type { Instance, InstanceSource } from '../instance/instance.ts'
import type { JudgeFacts } from '../judge/facts.ts'
import type { Allowance } from '../kernel/definition/allowances.ts'
import type { Isolation } from '../kernel/definition/definition.ts'
import type { RunEvent, TestFinished, Verdict } from '../report/events.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { BootPlan } from './boot-plan.ts'

export interface RunOptions extends JudgeFacts {
  readonly plan: BootPlan
  readonly instances: InstanceSource
  readonly isolation: Isolation
  /** How many instances there may be at once. With one, tests run in the order of the plan. */
  readonly jobs: number
  /** How many milliseconds tests took the last time, by their names; any may be missing. */
  readonly durations: ReadonlyMap<string, number>
  /** Called with one event after the other. Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  readonly signal: AbortSignal
  readonly dialect: Dialect
  /** The splats that are known. */
  readonly allow: readonly Allowance[]
  /** The day (`dayOf`) on which the run began: allowances expire by it. */
  readonly today: string
  /** Asked after each test; when it says yes, no further one is begun. */
  readonly until?: (finished: TestFinished) => boolean
  /**
   * Called after the last event with the instance of the last test if it still runs, before it is closed. Only with one
   * job: with more, the last instance is undefined.
   */
  readonly keep?: (instance: Instance) => Promise<void>
}

export interface RunOutcome {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Why the run ended before its last test. */
  readonly aborted?: string
  /** What kept an instance from coming up. */
  readonly error?: unknown
  /** The exit code; interruptions and broken reports are the caller's business. */
  readonly exitCode: number
}
