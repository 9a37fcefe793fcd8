// The earlier runs as the plots show them. A store of results makes this value; the report only reads it.
import type { Latency } from './conversion-latency.ts'

/** The flaky results of one night: their rate with its interval, each from 0 to 1. */
export interface Night {
  /** ISO 8601, without a time. */
  readonly day: string
  readonly runs: number
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** The latency of conversions on one kernel. */
export interface KernelLatency extends Latency {
  readonly kernel: string
  /** The number of runs with conversions on it. */
  readonly runs: number
}

/** The earlier runs of the same suite, as far as a store has them. */
export interface RunHistory {
  /** The number of runs on the same kernel definition with the same accelerator. */
  readonly runs: number
  /** The milliseconds of each test in those of these runs in which it passed, by its name. */
  readonly durations: ReadonlyMap<string, readonly number[]>
  /** The nights of the same kernel definition, the oldest first. */
  readonly nights: readonly Night[]
  /** On all kernels, with the same accelerator. */
  readonly latencies: readonly KernelLatency[]
}
