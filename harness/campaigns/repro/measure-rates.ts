// How often a reproducer fails on each of some kernels: runs in turn, until each rate is known well enough.
import { plural } from '../../base/plural.ts'
import { fisher, pText, realDifference } from '../../base/statistics/fisher.ts'
import { intervalText, wilson } from '../../base/statistics/wilson.ts'

/** The end of one run of a reproducer. */
export interface RunEnd {
  readonly kind:
    | 'passed'
    | 'failed'
    /** The kernel lacks something that the reproducer needs: it will lack it in each run. */
    | 'lacking'
    /** The run has no verdict on the kernel. */
    | 'trouble'
  readonly message: string
}

/** The runs on one kernel. */
export interface Measured {
  readonly kernel: string
  readonly runs: readonly RunEnd[]
}

/** Runs that are not over. */
interface Measuring extends Measured {
  readonly runs: RunEnd[]
}

interface MeasureOptions {
  /** The most runs on each kernel. */
  readonly most: number
  /** A rate is known well enough when its interval is at most so many percentage points wide. */
  readonly within: number
  /** Runs the reproducer once on the kernel with this index. */
  readonly runOnce: (kernel: number) => Promise<RunEnd>
}

/** Trouble of one run may be chance. */
const mostTroubles = 3

/**
 * Adds runs to those on each kernel; they are there also when `runOnce` throws. The kernels take turns, so that a load of this
 * computer that changes concerns all of them alike. The runs on a kernel end when its interval is narrow: a rule that looks at
 * the width alone does not favour any rate, as one that waits for a wanted result would. Runs in vain do not count, but three
 * in a row end those on their kernel.
 */
export async function measureRates(measuring: readonly Measuring[], options: MeasureOptions): Promise<void> {
  for (;;) {
    const open = measuring.map(({ runs }, index) => ({ runs, index })).filter(({ runs }) => !isDecided(runs, options))
    if (open.length === 0) return
    for (const { runs, index } of open) runs.push(await options.runOnce(index))
  }
}

function isDecided(runs: readonly RunEnd[], { most, within }: Pick<MeasureOptions, 'most' | 'within'>): boolean {
  if (runs.some(({ kind }) => kind === 'lacking')) return true
  const last = runs.slice(-mostTroubles)
  if (last.length === mostTroubles && last.every(({ kind }) => kind === 'trouble')) return true
  const { failures, total } = countsOf(runs)
  return total >= most || isNarrow(failures, total, within)
}

function isNarrow(failures: number, total: number, within: number): boolean {
  if (total === 0) return false
  const { low, high } = wilson(failures, total)
  return (high - low) * 100 <= within
}

function countsOf(runs: readonly RunEnd[]): { readonly failures: number; readonly total: number } {
  const failures = runs.filter(({ kind }) => kind === 'failed').length
  return { failures, total: failures + runs.filter(({ kind }) => kind === 'passed').length }
}

/** What the runs mean. */
export interface Rates {
  readonly verdict: 'PASS' | 'FAIL' | 'MISS' | 'SKIP'
  /** Sentences with the rates, and with the difference of two kernels. */
  readonly sentences: readonly string[]
}

/**
 * Says what the runs mean. On one kernel, a single failure shows the bug. Of two kernels, the second must fail really more
 * often than the first, by Fisher's exact test. `within` is as in `measureRates`.
 */
export function ratesOf(measured: readonly Measured[], within: number): Rates {
  const unknown = measured.find(({ runs }) => countsOf(runs).total === 0 || runs.some(({ kind }) => kind === 'lacking'))
  if (unknown !== undefined) {
    const last = unknown.runs.at(-1)
    const text = `no rate on ${unknown.kernel}: ${last?.message ?? 'nothing ran'}`
    return { verdict: last?.kind === 'lacking' ? 'SKIP' : 'MISS', sentences: [text] }
  }
  const counts = measured.map(({ runs }) => countsOf(runs))
  const sentences = measured.map(({ kernel }, index) => rateSentence(kernel, counts[index], within))
  const [first, second] = counts
  if (first === undefined || second === undefined)
    return { verdict: (first?.failures ?? 0) > 0 ? 'FAIL' : 'PASS', sentences }
  const p = fisher({ count: first.failures, total: first.total }, { count: second.failures, total: second.total })
  const isReal = p < realDifference
  const isMore = second.failures * first.total > first.failures * second.total
  const decision = isReal
    ? `the difference is real, ${pText(p)} (Fisher's exact test, below ${realDifference}): ${measured[isMore ? 1 : 0]?.kernel ?? ''} fails more often`
    : `the difference may be chance, ${pText(p)} (Fisher's exact test, not below ${realDifference})`
  return { verdict: isReal && isMore ? 'FAIL' : 'PASS', sentences: [...sentences, decision] }
}

function rateSentence(
  kernel: string,
  { failures, total }: { readonly failures: number; readonly total: number } = { failures: 0, total: 0 },
  within: number,
): string {
  const rule = isNarrow(failures, total, within)
    ? `enough, since the interval has at most ${plural(within, 'point')}`
    : `the interval has more than ${plural(within, 'point')}`
  return `failed in ${failures} of ${plural(total, 'run')} on ${kernel}, ${intervalText(failures, total)} (${rule})`
}
