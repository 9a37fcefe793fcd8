// A test as the runner sees it. Suites make tests of scenarios and of the kernel's selftests.
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { Instance } from '../instance/instance.ts'
import type { Observation } from '../judge/attempt.ts'
import type { Subject } from '../judge/facts.ts'

/** The part of the runner that a test uses while it runs. */
interface Hooks {
  /** Fires when the run or the deadline of the test is over. */
  readonly signal: AbortSignal
  /** The capabilities of the kernel. */
  readonly available: CheckedInstance['available']
  /** Declares a kernel warning that the test provokes, so that it does not count. */
  readonly expectLog: (pattern: RegExp) => void
}

export interface Test extends Subject {
  /** The deadline in seconds without emulation; the runner ends the test after it. */
  readonly seconds: number
  /** The test must leave the counters and the log of the kernel as they were. */
  readonly leavesNothing: boolean
  /**
   * Brings files of the test into an instance before the test begins: a splat meanwhile belongs to the test before it.
   * @throws errors whose class names the fault
   */
  prepare?(instance: Instance, signal: AbortSignal): Promise<void>
  /**
   * Runs the test in an instance.
   * @throws {CheckFailure} when the kernel breaks a rule; otherwise errors whose class names the fault
   */
  run(instance: Instance, hooks: Hooks): Promise<Observation>
}
