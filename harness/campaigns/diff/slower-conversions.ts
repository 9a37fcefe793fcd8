// The conversions that are slower on the second kernel, beyond the noise of this computer.
import { SlownessWatch, type PastTime } from '../../history/slower.ts'
import type { ConversionTime, TestFinished } from '../../report/events.ts'
import { testOf } from '../../report/stored/failure.ts'

/** Returns the durations of a run as the past of another one: each repetition of its tests is a run. */
export function timesOf(results: readonly TestFinished[]): PastTime[] {
  return results
    .filter(({ verdict }) => verdict === 'PASS')
    .flatMap(({ name, conversions = [], ...event }) =>
      conversions.map(({ operation, median }) => ({
        run: roundOf(name, event.repeats),
        test: testOf({ name, ...event }),
        operation,
        median,
      })),
    )
}

/** Returns what the repetitions of one round share in their names: they ran at the same time, at the same pace. */
function roundOf(name: string, repeats: string | undefined): string {
  return repeats === undefined ? '' : name.slice(repeats.length)
}

/**
 * Returns a sentence about each test with a slower conversion, by its name. The durations of a test that was repeated are
 * judged once: more looks at noise would find more of it.
 */
export function slowerTests(past: readonly PastTime[], results: readonly TestFinished[]): ReadonlyMap<string, string> {
  const watch = new SlownessWatch(past)
  const passed = results.filter(({ verdict }) => verdict === 'PASS')
  const times = [...Map.groupBy(passed, testOf)].map(([name, each]) => [name, together(each)] as const)
  // The first look teaches the watch the pace of all operations.
  for (const [name, conversions] of times) watch.slower(name, conversions)
  return new Map(
    times.flatMap(([name, conversions]) => {
      const text = watch.slower(name, conversions)
      return text === undefined ? [] : [[name, text] as const]
    }),
  )
}

/** Returns the durations of all repetitions: the median of their medians. */
function together(results: readonly TestFinished[]): ConversionTime[] {
  const all = results.flatMap(({ conversions = [] }) => conversions)
  return Array.from(
    Map.groupBy(all, ({ operation }) => operation),
    ([operation, each]) => ({
      operation,
      count: each.reduce((total, { count }) => total + count, 0),
      median: each.map(({ median }) => median).toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0,
      high: Math.max(...each.map(({ high }) => high)),
    }),
  )
}
