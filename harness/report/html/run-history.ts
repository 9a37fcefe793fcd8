// The earlier runs as the plots show them. A store of results makes this value; the report only reads it.

/** A rate with its interval, each from 0 to 1. */
interface Rate {
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** The flaky results of one night. */
export interface Night extends Rate {
  /** ISO 8601, without a time. */
  readonly day: string
}

/** The latency of conversions in microseconds on one kernel. */
export interface Latency {
  readonly kernel: string
  /** For example: 4K, split, merge. */
  readonly operation: string
  readonly median: number
  /** The 99th percentile. */
  readonly high: number
}

/** The earlier runs of the same suite and kernel definition, as far as a store has them. */
export interface RunHistory {
  /** The milliseconds of each test in the last runs in which it passed, by its name. */
  readonly durations: ReadonlyMap<string, readonly number[]>
  /** The oldest night first. */
  readonly nights: readonly Night[]
  readonly latencies: readonly Latency[]
}
