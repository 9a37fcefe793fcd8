// The record of one test in an instance, before it is judged.
import type { AllowedSplat, SplatReading } from '../console/read-splats.ts'
import type { ConversionTime, TestPoint } from '../report/events.ts'
import type { VmDeath } from '../vm/vm.ts'
import type { Hang } from './hang.ts'

/** The result that a test returns at its end. */
export interface Observation {
  /** The failed check, or the error, for which the test does not pass. */
  readonly problem?: Error
  /** The reason for which the test did not check anything. */
  readonly skipped?: string
  /** The durations of the conversions of the test. */
  readonly conversions?: readonly ConversionTime[]
  /** The test points that a program has reported. */
  readonly points?: readonly TestPoint[]
  /** The last lines that a program has printed. */
  readonly output?: readonly string[]
  /** `FILE:LINE` of the check that failed, when the test knows it. */
  readonly at?: string
  /** The name of a program that may still run in the instance, so that nothing there can be closed. */
  readonly unfinished?: string
  /** The test may have left processes or files in the instance, so that no further test may run there. */
  readonly isTainted?: true
}

/** Everything that was recorded while a test had an instance. */
export interface Attempt {
  /** The result of the test; empty when it did not come to an end. */
  readonly observation: Observation
  /** The error that ended the test before it returned a result. */
  readonly thrown?: { readonly value: unknown }
  /** The death of the instance, if it died. */
  readonly death?: VmDeath
  /** The diagnosis, when `thrown` tells only that there was no answer. */
  readonly hang?: Hang
  /** The state of a program that did not end, and of the kernel, as readable lines. */
  readonly seen?: readonly string[]
  /** False when the test never began, so that nothing here is its doing. */
  readonly hasBegun: boolean
  /** The agent closed everything after the test. */
  readonly recovered: boolean
  /** The splats in the window of the test that no allowance covers. */
  readonly splats: SplatReading['splats']
  /** The splats in the window that an allowance covers. */
  readonly allowed: readonly AllowedSplat[]
  /** The splats from before the window, when no test ran. */
  readonly earlier: SplatReading
  /** The number of console lines in the window that were dropped before gmemtest read them. */
  readonly unseen: number
  /** The leak counters that have changed, although everything is closed. */
  readonly leaks: readonly string[]
  /** The kernel's log messages of level warning or worse, without expected and allowed ones. */
  readonly warnings: readonly string[]
  /** The last operations of the agent, oldest first. */
  readonly operations: readonly string[]
  /** The console lines of the window, without the markers. */
  readonly console: readonly string[]
  /** The command line that opens the memory dump, or the reason for which a wanted dump is missing. */
  readonly vmcore?: string
  /** The position on the console where the window of the next test begins. */
  readonly nextWindow: number
  readonly milliseconds: number
}
