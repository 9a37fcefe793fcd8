// Conversions that have become slower, beyond the noise of this computer.
import type { ConversionTime } from '../report/events.ts'

/** The median duration of one operation of one test in a past run, in nanoseconds. */
export interface PastTime {
  readonly run: string
  readonly test: string
  readonly operation: string
  readonly median: number
}

/** Fewer past runs show no noise. */
export const leastRuns = 10
/** Fewer conversions in one test have no median that means anything. */
const leastConversions = 3
/** The other operations of the run that must be known, to tell a slow kernel from a slow computer. */
const leastOthers = 10
/**
 * A modified z-score above 3.5 is an outlier (B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers", 1993). Twice
 * as much, because a run has hundreds of operations and the tails are long: with 3.5, 20 of 2607 durations of tests in 13
 * complete runs of one kernel counted as slower, and with 7 one.
 */
const outlier = 7
/** The median absolute deviation of a normal distribution has this many standard deviations (same source). */
const deviationShare = 0.6745
/** A smaller change is no news, however sure it is. */
const leastRatio = 1.5

function keyOf(test: string, operation: string): string {
  return `${test}\n${operation}`
}

/**
 * Tells which conversions of a run are slower than in past runs on the same kernel and accelerator. A duration counts if all
 * of this is so: it is longer than in each of at least ten past runs; it is at least 1.5 times the median of the past; and
 * that is an outlier by the modified z-score of its logarithm. Of each run, the median change of all operations is taken off
 * first, since a busy computer slows them all. Of this run, these are the operations so far, so the first ones are not judged.
 */
export class SlownessWatch {
  /** The logarithms of the past durations without the pace of their runs. */
  readonly #usual: ReadonlyMap<string, readonly number[]>
  /** The changes of the operations of this run so far: logarithms of ratios. */
  readonly #changes = new Map<string, number>()

  constructor(past: readonly PastTime[]) {
    const rows = past
      .filter(({ median }) => median > 0)
      .map(({ run, test, operation, median }) => ({ run, key: keyOf(test, operation), time: Math.log(median) }))
    const middles = new Map(
      Array.from(Map.groupBy(rows, byKey), ([key, each]) => [key, middle(each.map(({ time }) => time))] as const),
    )
    const paces = new Map(
      Array.from(
        Map.groupBy(rows, ({ run }) => run),
        ([run, each]) => [run, middle(each.map(({ key, time }) => time - (middles.get(key) ?? time)))] as const,
      ),
    )
    const own = Map.groupBy(rows, byKey)
    this.#usual = new Map(
      Array.from(own, ([key, each]) => [key, each.map(({ run, time }) => time - (paces.get(run) ?? 0))]),
    )
  }

  /** Notes the durations of a test; returns a sentence about the first one that is slower, undefined when none is. */
  slower(test: string, conversions: readonly ConversionTime[]): string | undefined {
    const judged = conversions.flatMap(({ operation, count, median }) => {
      const key = keyOf(test, operation)
      const past = this.#usual.get(key) ?? []
      if (past.length < leastRuns || count < leastConversions || median <= 0) return []
      return [{ key, operation, past, now: Math.log(median) }]
    })
    const texts = judged.flatMap(({ key, operation, past, now }) => {
      const usual = middle(past)
      const others = [...this.#changes].filter(([each]) => each !== key).map(([, change]) => change)
      if (others.length < leastOthers) return []
      const change = now - usual - Math.max(0, middle(others))
      const deviation = middle(past.map((each) => Math.abs(each - usual)))
      const isOutlier = deviationShare * change > outlier * deviation
      if (change <= Math.max(...past) - usual || change < Math.log(leastRatio) || !isOutlier) return []
      const [from, to] = [Math.min(...past), Math.max(...past)].map(microseconds)
      return [
        `conversions are slower: ${operation} took ${microseconds(usual + change)} µs, and in ${past.length} runs ${from} to ${to} µs, without the pace of each run`,
      ]
    })
    for (const { key, past, now } of judged) this.#changes.set(key, now - middle(past))
    return texts[0]
  }
}

function byKey({ key }: { readonly key: string }): string {
  return key
}

function microseconds(logarithm: number): string {
  return (Math.exp(logarithm) / 1000).toPrecision(3)
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}
