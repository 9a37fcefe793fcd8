// The latency of conversions over many tests, from the summaries that each test has.
import type { ConversionTime } from '../../events.ts'

/** The latency of one operation, in microseconds. */
export interface Latency {
  /** `4K`, or `split` and `merge` with the size of the huge page. */
  readonly operation: string
  readonly median: number
  /** The 99th percentile. */
  readonly high: number
}

/**
 * Returns the latency of each operation, in the order of their names. Tests keep no single durations, so the median is that
 * of the medians of all tests, and the 99th percentile is that of theirs, each test counted as often as it converted. The
 * latter is an upper estimate.
 */
export function latenciesOf(times: readonly ConversionTime[]): Latency[] {
  return Array.from(
    Map.groupBy(times, ({ operation }) => operation),
    ([operation, each]) => ({
      operation,
      median: weighted(each, 'median', 0.5) / 1000,
      high: weighted(each, 'high', 0.99) / 1000,
    }),
  ).toSorted((a, b) => (a.operation < b.operation ? -1 : 1))
}

/** Returns the smallest value that at least this share of all conversions does not exceed, in nanoseconds. */
function weighted(times: readonly ConversionTime[], key: 'median' | 'high', share: number): number {
  const sorted = times.toSorted((a, b) => a[key] - b[key])
  let left = sorted.reduce((sum, { count }) => sum + count, 0) * share
  for (const time of sorted) {
    left -= time.count
    if (left <= 0) return time[key]
  }
  return 0
}
