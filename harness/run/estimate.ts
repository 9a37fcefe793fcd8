// How long tests will take, by their durations in an earlier run.

// The restore of an instance, the probes and the checks after a test, in milliseconds.
const overhead = 1000

/** Returns the time for each test in milliseconds; a test without a known duration counts like the median of the others. */
export function workOf(names: readonly string[], durations: ReadonlyMap<string, number>): number[] {
  const known = names.map((name) => durations.get(name))
  const sorted = known.flatMap((duration) => duration ?? []).toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return known.map((duration) => (duration ?? median) + overhead)
}

/** Returns the time in milliseconds for work that several instances share: the longest piece is a lower limit. */
export function timeFor(work: readonly number[], jobs: number): number {
  const sum = work.reduce((total, piece) => total + piece, 0)
  return Math.max(sum / jobs, ...work, 0)
}
