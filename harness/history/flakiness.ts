// Failures that come and go: how often, and whether that is still so.
import { isFailure, isSameFailure, type FailureTraits } from '../report/stored/failure.ts'
import type { PastResult } from './past.ts'
import { intervalText, wilson } from '../base/statistics/wilson.ts'

/** A row of failures as unlikely as this is no chance any more. */
const unlikely = 0.01

/** How often a test fails on one kernel. */
export interface Rate {
  readonly kernel: string
  readonly failures: number
  /** The runs in which the test passed or failed. */
  readonly runs: number
}

/** Returns the rate of failures on each kernel; with `traits`, of this failure alone. */
export function ratesOf(past: readonly PastResult[], traits?: FailureTraits): Rate[] {
  const judged = past.filter((result) => result.verdict === 'PASS' || isFailure(result))
  return Array.from(
    Map.groupBy(judged, ({ kernel }) => kernel),
    ([kernel, results]) => ({
      kernel,
      failures: results.filter((result) => isThis(result, traits)).length,
      runs: results.length,
    }),
  ).toSorted((a, b) => (a.kernel < b.kernel ? -1 : 1))
}

/**
 * Tells whether a failure came and went on one build of a kernel: only then did the kernel not change in between. Runs after
 * the first one show it as well.
 */
export function isFlaky(past: readonly PastResult[], traits?: FailureTraits): boolean {
  if (past.some((result) => isThis(result, traits) && result.repeat_failures < result.repeats)) return true
  // The history has no traits of the failures after a first run that passed.
  if (traits === undefined && past.some((result) => result.verdict === 'PASS' && result.repeat_failures > 0))
    return true
  const builds = Map.groupBy(past, ({ key }) => key ?? '')
  builds.delete('')
  return [...builds.values()].some(
    (results) => results.some(({ verdict }) => verdict === 'PASS') && results.some((each) => isThis(each, traits)),
  )
}

/**
 * Returns how often a failure came and went, as one sentence; undefined when it did not. `past` is the past of its test, the
 * newest first. A failure that now occurs in every run is no longer flaky: when the runs since it last passed would all fail
 * by chance in less than one of a hundred cases, even at the upper end of the interval of its rate before.
 */
export function flakinessOf(past: readonly PastResult[], traits: FailureTraits): string | undefined {
  if (!isFlaky(past, traits)) return undefined
  const judged = past.filter((result) => result.verdict === 'PASS' || isFailure(result))
  const row = judged.findIndex((result) => !isThis(result, traits))
  const before = judged.slice(row === -1 ? judged.length : row)
  const failures = before.filter((result) => isThis(result, traits)).length
  if (before.length > 0 && wilson(failures, before.length).high ** (judged.length - before.length + 1) < unlikely) {
    return undefined
  }
  return ratesOf(past, traits).map(rateText).join('; ')
}

/** Returns `it failed in 3 of 60 runs on gmem-convert, 2 to 14 %`. */
export function rateText({ kernel, failures, runs }: Rate): string {
  return `it failed in ${failures} of ${runs} runs on ${kernel}, ${intervalText(failures, runs)}`
}

function isThis(result: PastResult, traits: FailureTraits | undefined): boolean {
  if (traits === undefined) return isFailure(result)
  return result.traits !== null && isSameFailure(result.traits, traits)
}
