// The earlier runs as the plots of a report show them: durations of tests, flaky results by night, and latencies by kernel.
import { z } from 'zod'
import { latenciesOf } from '../report/html/plots/conversion-latency.ts'
import type { Night, RunHistory } from '../report/html/plots/run-history.ts'
import { isFailure } from '../report/stored/failure.ts'
import { isFlaky } from './flakiness.ts'
import type { HistoryFile } from './history-file.ts'
import { mostRuns, pastResults, pastTimes, type PastResult } from './past.ts'
import { wilson } from '../base/statistics/wilson.ts'

/** A plot of more kernels is hard to read. */
const mostKernels = 6

/** The run that earlier ones are compared with. */
export interface EarlierThan {
  readonly suite: string
  readonly kernel: string
  readonly accelerator: string
  /** When it began, ISO 8601. */
  readonly before: string
}

/** Returns the last hundred runs on the kernel of a run, and on the kernels that the suite was run on last. */
export function earlierRuns(history: HistoryFile, of: EarlierThan): RunHistory {
  const { suite, kernel, before } = of
  const past = pastResults(history, { suite, kernels: [kernel], before })
  return {
    ...durationsBefore(history, of),
    nights: nightsOf([...past.values()]),
    latencies: kernelsBefore(history, of).flatMap((each) => {
      const times = pastTimes(history, { ...of, kernel: each })
      const runs = new Set(times.map(({ run }) => run)).size
      return latenciesOf(times).map((latency) => ({ kernel: each, runs, ...latency }))
    }),
  }
}

const durationRow = z.object({ run: z.string(), name: z.string(), milliseconds: z.number() })

function durationsBefore(
  history: HistoryFile,
  { suite, kernel, accelerator, before }: EarlierThan,
): Pick<RunHistory, 'runs' | 'durations'> {
  const sql = `SELECT run, name, results.milliseconds
    FROM (SELECT id, time FROM runs WHERE suite = ? AND kernel = ? AND accelerator = ? AND time < ?
        ORDER BY time DESC LIMIT ${mostRuns}) AS recent
      JOIN results ON results.run = recent.id
    WHERE verdict = 'PASS'`
  const rows = history.rows(durationRow, sql, suite, kernel, accelerator, before)
  const durations = Map.groupBy(rows, ({ name }) => name)
  return {
    runs: new Set(rows.map(({ run }) => run)).size,
    durations: new Map(
      Array.from(durations, ([name, own]) => [name, own.map(({ milliseconds }) => milliseconds)] as const),
    ),
  }
}

const kernelRow = z.object({ kernel: z.string() })

/** Returns the kernels with conversions, the one of the latest run first. */
function kernelsBefore(history: HistoryFile, { suite, accelerator, before }: EarlierThan): string[] {
  const sql = `SELECT kernel FROM runs
    WHERE suite = ? AND accelerator = ? AND time < ? AND EXISTS (SELECT 1 FROM conversions WHERE run = runs.id)
    GROUP BY kernel ORDER BY max(time) DESC LIMIT ${mostKernels}`
  return history.rows(kernelRow, sql, suite, accelerator, before).map(({ kernel }) => kernel)
}

/** Returns the rate of results of each night that came and went. `tests` is the past of each test. */
function nightsOf(tests: readonly (readonly PastResult[])[]): Night[] {
  const judged = tests.flatMap((past) =>
    past
      .filter((result) => result.verdict === 'PASS' || isFailure(result))
      .map((result) => ({
        day: result.time.slice(0, 10),
        run: result.run,
        isFlaky: result.traits !== null && isFlaky(past, result.traits),
      })),
  )
  return Array.from(
    Map.groupBy(judged, ({ day }) => day),
    ([day, results]) => {
      const flaky = results.filter((result) => result.isFlaky).length
      const runs = new Set(results.map(({ run }) => run)).size
      return { day, runs, rate: flaky / results.length, ...wilson(flaky, results.length) }
    },
  ).toSorted((a, b) => (a.day < b.day ? -1 : 1))
}
