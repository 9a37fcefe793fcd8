// What became of one test, before it is judged.
import type { AllowedSplat, SplatReading } from '../console/read-splats.ts'
import type { TestPoint } from '../report/events.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Hang } from './hang.ts'

/** What a test says about itself when it comes to an end. */
export interface Observation {
  /** Why the test does not pass: a failed check, or an error by whose fault it is. */
  readonly problem?: Error
  /** Why the test did not check anything. */
  readonly skipped?: string
  /** The test points that a program has reported. */
  readonly points?: readonly TestPoint[]
  /** The last lines that a program has printed. */
  readonly output?: readonly string[]
  /** `FILE:LINE` of the check that failed, when the test knows it. */
  readonly at?: string
  /** The test may still run in the instance: nothing there can be closed. */
  readonly isUnfinished?: true
  /** The instance may hold what the test has left, so that no further test may run in it. */
  readonly isTainted?: true
}

/** What happened while a test had an instance. */
export interface Attempt {
  /** What the test said; empty when it did not come to an end. */
  readonly observation: Observation
  /** What ended the test before it could say anything. */
  readonly thrown?: { readonly value: unknown }
  /** How the virtual machine died, if it did. */
  readonly death?: VmDeath
  /** Why there was no answer, if `thrown` only says that there was none. */
  readonly hang?: Hang
  /** Whether the test ever began: what happened before is not its doing. */
  readonly hasBegun: boolean
  /** Whether everything could be closed after it. */
  readonly recovered: boolean
  /** The splats in the window of the test that no allowance covers. */
  readonly splats: SplatReading['splats']
  /** The splats in the window that an allowance covers. */
  readonly allowed: readonly AllowedSplat[]
  /** The splats of the time before the window, when no test ran. */
  readonly earlier: SplatReading
  /** How many lines of the window were forgotten before they were read. */
  readonly unseen: number
  /** Counters that are not what they were, when everything is closed. */
  readonly leaks: readonly string[]
  /** What the kernel logged as a warning or worse, without what the test expected and what is allowed. */
  readonly warnings: readonly string[]
  /** The last operations of the agent, oldest first. */
  readonly operations: readonly string[]
  /** The console lines of the window, without the markers. */
  readonly console: readonly string[]
  /** How to open the dump of the memory, or why there is none though it was wanted. */
  readonly vmcore?: string
  /** The position on the console where the window of the next test begins. */
  readonly nextWindow: number
  readonly milliseconds: number
}
