// The past results of tests on a few kernels, read at once: a run does not keep the file open.
import { z } from 'zod'
import type { FailureTraits } from '../report/stored/failure.ts'
import type { ConversionTime } from '../report/events.ts'
import type { HistoryFile } from './history-file.ts'
import type { PastTime } from './slower.ts'
import { traitsColumn, verdictColumn } from './history-schema.ts'

/** Older runs say little about the kernels of today. */
export const mostRuns = 100

/** The runs of which the past results are read. */
export interface PastOf {
  readonly suite: string
  readonly kernels: readonly string[]
  /** Only runs that began before this time, ISO 8601; all of them if not given. */
  readonly before?: string
}

const pastRow = z.object({
  run: z.string(),
  time: z.string(),
  kernel: z.string(),
  key: z.string().nullable(),
  name: z.string(),
  verdict: verdictColumn,
  traits: traitsColumn.nullable(),
  repeats: z.number(),
  repeat_failures: z.number(),
})

/** A past result of a test. */
export type PastResult = Readonly<z.infer<typeof pastRow>>

/** Returns the results of the last hundred runs on each kernel, the newest first, by the names of their tests. */
export function pastResults(
  history: HistoryFile,
  { suite, kernels, before = '9999' }: PastOf,
): ReadonlyMap<string, readonly PastResult[]> {
  const sql = `
    SELECT run, time, kernel, key, name, verdict, traits, repeats, repeat_failures
    FROM (SELECT * FROM runs WHERE suite = ? AND kernel = ? AND time < ? ORDER BY time DESC LIMIT ${mostRuns}) AS recent
      JOIN results ON results.run = recent.id
    ORDER BY time DESC`
  const rows = [...new Set(kernels)].flatMap((kernel) => history.rows(pastRow, sql, suite, kernel, before))
  return Map.groupBy(
    rows.toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)),
    ({ name }) => name,
  )
}

const timeRow = z.object({
  run: z.string(),
  test: z.string(),
  operation: z.string(),
  count: z.number(),
  median: z.number(),
  high: z.number(),
})

/** Returns the durations of conversions in the last hundred runs on one kernel with one accelerator. */
export function pastTimes(
  history: HistoryFile,
  { suite, kernel, accelerator, before }: Readonly<Record<'suite' | 'kernel' | 'accelerator' | 'before', string>>,
): (PastTime & ConversionTime)[] {
  const sql = `SELECT run, name AS test, operation, count, median, high
    FROM (SELECT id FROM runs WHERE suite = ? AND kernel = ? AND accelerator = ? AND time < ?
        ORDER BY time DESC LIMIT ${mostRuns}) AS recent
      JOIN conversions ON conversions.run = recent.id`
  return history.rows(timeRow, sql, suite, kernel, accelerator, before)
}

const traitsRow = z.object({ name: z.string(), verdict: verdictColumn, traits: traitsColumn.nullable() })

/** Returns the results of one run as a baseline has them. */
export function traitsOfPast(history: HistoryFile, id: string): ReadonlyMap<string, FailureTraits> {
  const rows = history.rows(traitsRow, 'SELECT name, verdict, traits FROM results WHERE run = ?', id)
  return new Map(
    rows.map(({ name, verdict, traits }) => [name, traits ?? { verdict, message: '', points: [], splats: [] }]),
  )
}
