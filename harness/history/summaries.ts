// The views of the history for readers: its runs, the past of one test or splat, and the tests that come and go.
import { z } from 'zod'
import { isFlaky, ratesOf, type Rate } from './flakiness.ts'
import type { HistoryFile } from './history-file.ts'
import { verdictColumn } from './history-schema.ts'
import { pastResults, type PastResult } from './past.ts'

const runRow = z.object({
  id: z.string(),
  time: z.string(),
  suite: z.string(),
  kernel: z.string(),
  aborted: z.string().nullable(),
  directory: z.string(),
  planned: z.number(),
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
})

/** Returns the last runs, the newest last. */
export function lastRuns(history: HistoryFile, most: number): Readonly<z.infer<typeof runRow>>[] {
  const sql = `SELECT id, time, suite, kernel, aborted, directory, json_array_length(planned) AS planned,
      total(verdict = 'PASS') AS passed, total(verdict IN ('FAIL', 'ERROR')) AS failed, total(verdict = 'SKIP') AS skipped
    FROM (SELECT * FROM runs ORDER BY time DESC LIMIT ?) AS recent LEFT JOIN results ON run = id
    GROUP BY id ORDER BY time`
  return history.rows(runRow, sql, most)
}

const eventRow = z.object({
  run: z.string(),
  time: z.string(),
  kernel: z.string(),
  suite: z.string(),
  name: z.string(),
  verdict: verdictColumn,
  milliseconds: z.number(),
  message: z.string().nullable(),
  repeats: z.number(),
  repeat_failures: z.number(),
})

/** A result of a test at a time. */
export type TimedResult = Readonly<z.infer<typeof eventRow>>

const eventColumns = `results.run AS run, time, kernel, suite, results.name, verdict, results.milliseconds, message, repeats, repeat_failures
  FROM results JOIN runs ON runs.id = results.run`

/** Returns the last results of a test, the newest last. */
export function resultsOfTest(history: HistoryFile, name: string, most: number): TimedResult[] {
  const sql = `SELECT ${eventColumns} WHERE results.name = ? ORDER BY time DESC LIMIT ?`
  return history.rows(eventRow, sql, name, most).toReversed()
}

const splatRow = eventRow.extend({
  fingerprint: z.string(),
  title: z.string(),
  allowed: z.string().nullable(),
})

/** Returns the last results with a splat whose fingerprint begins so, the newest last. */
export function resultsWithSplat(
  history: HistoryFile,
  fingerprint: string,
  most: number,
): Readonly<z.infer<typeof splatRow>>[] {
  const sql = `SELECT fingerprint, title, allowed, ${eventColumns}
      JOIN splats ON splats.run = results.run AND splats.name = results.name
    WHERE substr(fingerprint, 1, ?) = ? ORDER BY time DESC LIMIT ?`
  return history.rows(splatRow, sql, fingerprint.length, fingerprint, most).toReversed()
}

const nameRow = z.object({ name: z.string() })

/** Returns the names of all tests that have a result. */
export function testNames(history: HistoryFile): string[] {
  return history.rows(nameRow, 'SELECT DISTINCT name FROM results ORDER BY name').map(({ name }) => name)
}

const kernelRow = z.object({ suite: z.string(), kernel: z.string() })

/** A test whose failures come and go. */
export interface FlakyTest {
  readonly name: string
  /** Its rates by kernel. */
  readonly rates: readonly Rate[]
  /** When it failed last, ISO 8601. */
  readonly lastFailure: string
}

/** Returns the tests that came and went on one build of a kernel within the last hundred runs on it, the worst first. */
export function flakyTests(history: HistoryFile): FlakyTest[] {
  const pairs = history.rows(kernelRow, 'SELECT DISTINCT suite, kernel FROM runs ORDER BY suite, kernel')
  const bySuite = Map.groupBy(pairs, ({ suite }) => suite)
  return [...bySuite]
    .flatMap(([suite, rows]) => [...pastResults(history, { suite, kernels: rows.map(({ kernel }) => kernel) })])
    .filter(([, past]) => isFlaky(past))
    .map(([name, past]) => ({ name, rates: ratesOf(past), lastFailure: lastFailureOf(past) }))
    .toSorted((a, b) => worst(b.rates) - worst(a.rates))
}

/** Returns the rates of one test on each kernel. */
export function ratesOfTest(history: HistoryFile, name: string): Rate[] {
  const pairs = history.rows(kernelRow, 'SELECT DISTINCT suite, kernel FROM runs ORDER BY suite, kernel')
  const bySuite = Map.groupBy(pairs, ({ suite }) => suite)
  return [...bySuite].flatMap(([suite, rows]) =>
    ratesOf(pastResults(history, { suite, kernels: rows.map(({ kernel }) => kernel) }).get(name) ?? []),
  )
}

function lastFailureOf(past: readonly PastResult[]): string {
  return past.find(({ verdict }) => verdict === 'FAIL' || verdict === 'ERROR')?.time ?? ''
}

function worst(rates: readonly Rate[]): number {
  return Math.max(...rates.map(({ failures, runs }) => failures / runs))
}
