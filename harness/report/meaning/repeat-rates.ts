// How often the tests failed that ran several times (--repeat), with the intervals of their rates.
import { intervalText } from '../../base/statistics/wilson.ts'
import type { Verdict } from '../events.ts'

type Ended = { readonly repeats?: string; readonly verdict: Verdict }

/** How often a test failed, of the runs that came to their end. */
export interface RepeatRate {
  readonly name: string
  readonly failures: number
  readonly runs: number
}

/** Returns the rates of the repeated tests with a result, the worst first. A skip and a MISS tell nothing about a rate. */
export function repeatRates(results: readonly Ended[]): RepeatRate[] {
  const counts = new Map<string, { failures: number; runs: number }>()
  for (const { repeats, verdict } of results) {
    if (repeats === undefined || verdict === 'MISS' || verdict === 'SKIP') continue
    const count = counts.get(repeats) ?? { failures: 0, runs: 0 }
    count.runs += 1
    if (verdict !== 'PASS') count.failures += 1
    counts.set(repeats, count)
  }
  return Array.from(counts, ([name, count]) => ({ name, ...count })).toSorted(
    (a, b) => b.failures / b.runs - a.failures / a.runs,
  )
}

/** A line has so many names. */
const mostNames = 5

/**
 * Returns a line for each test that failed, `a failed in 3 of 20 runs: 5 to 36 %`, and one line for all tests that never
 * failed in as many runs. The intervals are Wilson's for 95 %.
 */
export function rateLines(rates: readonly RepeatRate[]): string[] {
  const failed = rates.filter(({ failures }) => failures > 0)
  const passed = Map.groupBy(
    rates.filter(({ failures }) => failures === 0),
    ({ runs }) => runs,
  )
  return [
    ...failed.map(({ name, ...rate }) => `${name} failed in ${rateText(rate)}`),
    ...Array.from(passed, ([runs, each]) => `${listed(each)} failed in ${rateText({ failures: 0, runs })}`),
  ]
}

/** Returns `3 of 20 runs: 5 to 36 %`. */
function rateText({ failures, runs }: Omit<RepeatRate, 'name'>): string {
  return `${failures} of ${runs} ${runs === 1 ? 'run' : 'runs'}: ${intervalText(failures, runs)}`
}

function listed(rates: readonly RepeatRate[]): string {
  const names = rates.map(({ name }) => name)
  if (names.length > mostNames) return `each of ${names.length} tests`
  return names.length === 1 ? names.join('') : `each of ${names.join(', ')}`
}
