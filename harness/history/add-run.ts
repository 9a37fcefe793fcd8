// Adds the results of a run to the history: each run once, also when its directory is moved.
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { z } from 'zod'
import { UsageError } from '../base/errors.ts'
import type { ReportEvent, TestFinished } from '../report/events.ts'
import { acceleratorOf } from '../report/stored/accelerator-of.ts'
import { isFailure, traitsOf } from '../report/stored/failure.ts'
import type { StoredRun } from '../report/stored/stored-run.ts'
import type { HistoryFile } from './history-file.ts'

type EventOf<Type extends ReportEvent['type']> = Extract<ReportEvent, { type: Type }>
type Beginning = EventOf<'run-started'>

/** A message is there to be read; the events of the run have all of it. */
const longestMessage = 500

/** Returns the id of a run: the same wherever its results are. */
export function runId({ time, kernel, suite, isolation, tests }: Beginning): string {
  return createHash('sha256')
    .update(JSON.stringify([time, kernel, suite, isolation, tests]))
    .digest('hex')
    .slice(0, 12)
}

/**
 * Adds a run; one that is there already is replaced if it has more results now, or as many others. Tests without a result
 * are left out.
 * @throws {UsageError} HISTORY_REFUSED for a campaign of mutants, for a run without a time, and for a shard, whose run is
 * added once it is merged
 * @throws the errors of the history
 */
export function addRun(history: HistoryFile, run: StoredRun): 'added' | 'replaced' | 'known' {
  const beginning = beginningOf(run)
  const id = runId(beginning)
  const events = run.lines.flatMap((line) => ('event' in line ? [line.event] : []))
  // The last result of a name counts.
  const finished = new Map(
    events.filter((event) => event.type === 'test-finished').map((event) => [event.name, event] as const),
  )
  const isOver = events.some(({ type }) => type === 'run-finished')
  return history.atOnce(() => {
    const before = sizeOf(history, id)
    if (before !== undefined) {
      const isMore = finished.size > before.results || (isOver && !before.isOver)
      const isEqual = finished.size === before.results && isOver === before.isOver
      if (!isMore && (!isEqual || hasSame(history, id, finished))) return 'known'
    }
    history.change('DELETE FROM runs WHERE id = ?', [id])
    addRows(history, 'runs', [{ id, ...runRow(run, beginning, events) }])
    const repeated = new Map(
      events.filter((event) => event.type === 'failure-repeated').map((event) => [event.name, event] as const),
    )
    addRows(
      history,
      'results',
      Array.from(finished.values(), (event) => ({ run: id, ...resultRow(event, repeated.get(event.name)) })),
    )
    const splats = [...finished.values()].flatMap(({ name, splats: notes = [] }) =>
      notes.map(({ fingerprint, title, allowed = null }) => ({ run: id, name, fingerprint, title, allowed })),
    )
    addRows(history, 'splats', splats)
    // A conversion that failed, or that a test disturbed, says nothing about those that do their work.
    const passed = [...finished.values()].filter(({ verdict }) => verdict === 'PASS')
    const conversions = passed.flatMap(({ name, conversions: times = [] }) =>
      times.map(({ operation, count, median, high }) => ({ run: id, name, operation, count, median, high })),
    )
    addRows(history, 'conversions', conversions)
    return before === undefined ? 'added' : 'replaced'
  })
}

function beginningOf({ beginning, directory }: StoredRun): Beginning {
  if (beginning.type !== 'run-started') {
    throw new UsageError('HISTORY_REFUSED', `${directory} has a campaign of mutants, which has no history`, {
      hint: 'name the directory of a run',
    })
  }
  if (Number.isNaN(Date.parse(beginning.time))) {
    throw new UsageError(
      'HISTORY_REFUSED',
      `${directory} has a run that began at '${beginning.time}', which is no time`,
      {
        hint: 'name the directory of results that gmemtest wrote',
      },
    )
  }
  if (beginning.shard === undefined) return beginning
  const { index, count } = beginning.shard
  throw new UsageError('HISTORY_REFUSED', `${directory} has the shard ${index} of ${count}, not a whole run`, {
    hint: 'merge the shards: gmemtest merge DIR… adds the merged run',
  })
}

const cut = 'it was killed'
const sizeRow = z.object({ results: z.number(), aborted: z.string().nullable() })

function sizeOf(history: HistoryFile, id: string): { readonly results: number; readonly isOver: boolean } | undefined {
  const sql = 'SELECT (SELECT count(*) FROM results WHERE run = id) AS results, aborted FROM runs WHERE id = ?'
  const [row] = history.rows(sizeRow, sql, id)
  return row && { results: row.results, isOver: row.aborted !== cut }
}

const endRow = z.object({ name: z.string(), verdict: z.string(), milliseconds: z.number() })

/** Tells whether a run has these results. A merged run has others when a shard ran again: it begins with the first shard. */
function hasSame(history: HistoryFile, id: string, finished: ReadonlyMap<string, TestFinished>): boolean {
  const rows = history.rows(endRow, 'SELECT name, verdict, milliseconds FROM results WHERE run = ?', id)
  return rows.every(({ name, verdict, milliseconds }) => {
    const event = finished.get(name)
    return event?.verdict === verdict && event.milliseconds === milliseconds
  })
}

type Row = Readonly<Record<string, SQLInputValue>>

function runRow({ directory }: StoredRun, beginning: Beginning, events: readonly ReportEvent[]): Row {
  const { time, suite, kernel, isolation, tests } = beginning
  const ready = events.find((event) => event.type === 'kernel-ready')
  const ending = events.findLast((event) => event.type === 'run-finished')
  return {
    // Of all times in UTC, the order is that of their texts.
    time: new Date(time).toISOString(),
    suite,
    kernel,
    key: ready?.key ?? null,
    release: ready?.release ?? null,
    accelerator: acceleratorOf(events) ?? null,
    isolation,
    planned: JSON.stringify(tests),
    milliseconds: ending?.milliseconds ?? 0,
    aborted: ending === undefined ? cut : (ending.aborted ?? null),
    directory: path.resolve(directory),
  }
}

function resultRow(event: TestFinished, repeated: EventOf<'failure-repeated'> | undefined): Row {
  const { name, verdict, milliseconds } = event
  const message = event.diagnostic?.message ?? event.reason
  return {
    name,
    verdict,
    milliseconds,
    message: message?.slice(0, longestMessage) ?? null,
    traits: isFailure(event) ? JSON.stringify(traitsOf(event)) : null,
    repeats: repeated?.runs ?? 0,
    repeat_failures: repeated?.failures ?? 0,
  }
}

function addRows(history: HistoryFile, table: string, rows: readonly Row[]): void {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  const sql = `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  history.change(sql, ...rows.map((row) => columns.map((column) => row[column] ?? null)))
}
