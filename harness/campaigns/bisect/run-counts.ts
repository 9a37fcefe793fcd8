// How often the tests run on each kernel of a search, so that a bug that shows only sometimes does not mislead it.
import { plural } from '../../base/plural.ts'
import type { Share } from '../../base/statistics/fisher.ts'
import { intervalText, wilson } from '../../base/statistics/wilson.ts'
import type { Step } from './tried-kernel.ts'
import { mostKernels, type Ends } from './search.ts'

/** The runs on one kernel: they end with the `enough`th failure, and after `most` of them. */
export interface RunCounts {
  readonly most: number
  readonly enough: number
}

/** How often the tests run on each kernel: a number, or as often as the rate of the bad end demands. */
export type RunWish = number | 'auto'

/** 100 runs miss a bug that shows in 3 % of them with a probability of 5 %; three failures give a usable rate. */
const measuring: RunCounts = { most: 100, enough: 3 }

/** A search names the wrong patch with at most this probability. */
const risk = 0.05
const mostRuns = 1000

/** Returns how often the tests run on the kernel with `applied` patches, after these steps. */
export function countsFor(applied: number, wish: RunWish, ends: Ends, steps: readonly Step[]): RunCounts {
  if (wish !== 'auto') return { most: wish, enough: 1 }
  const rate = applied === ends.bad ? undefined : rateOf(ends, steps)
  return rate === undefined ? measuring : { most: neededRuns(rate, ends), enough: 1 }
}

/** Says what the rate of the bad end demands of the other kernels; undefined when it has none. */
export function demand(ends: Ends, steps: readonly Step[]): string | undefined {
  const rate = rateOf(ends, steps)
  if (rate === undefined) return undefined
  const runs = neededRuns(rate, ends)
  const { low } = wilson(rate.count, rate.total)
  const confidence = Math.max(0, 1 - mostKernels(ends) * (1 - low) ** runs)
  const failures = `it failed in ${rate.count} of ${plural(rate.total, 'run')} (${intervalText(rate.count, rate.total)})`
  return `${failures}: with ${plural(runs, 'run')} of each other kernel, the result has ${Math.floor(confidence * 100)} % confidence`
}

/** Returns how often the bad end failed, if it did. */
function rateOf({ bad }: Ends, steps: readonly Step[]): Share | undefined {
  const failures = steps.find(({ applied }) => applied === bad)?.failures
  return failures === undefined || failures.count === 0 ? undefined : failures
}

/**
 * Returns the fewest runs with which, at 95 % confidence, no bad kernel of a search passes all of them. The true rate is taken
 * at the low end of its interval (Wilson's score), and the kernels share the risk.
 */
function neededRuns({ count, total }: Share, ends: Ends): number {
  const { low } = wilson(count, total)
  // A bug that always showed has an interval that ends below 100 %.
  return Math.min(mostRuns, Math.ceil(Math.log(risk / mostKernels(ends)) / Math.log1p(-low)))
}
