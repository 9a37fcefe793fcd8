// What the runner knows of a test; scenarios and the kernel's selftests each become one.
import type { GmemtestError } from '../base/errors.ts'
import type { Instance } from '../instance/instance.ts'
import type { Observation } from '../judge/attempt.ts'
import type { Subject } from '../judge/subject.ts'

/** What a test is given while it runs. */
interface Hooks {
  /** Ends the test: the run is over, or the time of the test is. */
  readonly signal: AbortSignal
  /** Announces a warning of the kernel that the test provokes, so that it does not count. */
  readonly expectLog: (pattern: RegExp) => void
}

export interface Test extends Subject {
  /** How long it may take, in seconds, where instructions are not emulated; the runner ends it after that. */
  readonly seconds: number
  /** Why the test cannot run at all: its program does not compile. */
  readonly refusal?: GmemtestError
  /** Whether the test must leave the counters and the log of the kernel as they were. */
  readonly leavesNothing: boolean
  /**
   * Runs the test in an instance.
   * @throws {CheckFailure} when the kernel does not do what it should; errors by whose fault they are
   */
  run(instance: Instance, hooks: Hooks): Promise<Observation>
}
