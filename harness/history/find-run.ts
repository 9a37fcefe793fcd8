// Finds a run in the history by the words of the command line.
import { z } from 'zod'
import { UsageError } from '../base/errors.ts'
import type { HistoryFile } from './history-file.ts'
import { namesColumn } from './history-schema.ts'

/** A run as the command line names it: `last`, the beginning of an id, or one of them behind the name of a kernel. */
export interface RunReference {
  readonly kernel?: string
  readonly run: string
}

/** Parses `last`, `3f9a2c41`, `gmem-convert@last`; undefined for a text that is none of them. */
export function parseReference(text: string): RunReference | undefined {
  const [, kernel, run] = /^(?:([\w.+-]+)@)?(last|[0-9a-f]{4,12})$/.exec(text) ?? []
  if (run === undefined) return undefined
  return { ...(kernel === undefined ? {} : { kernel }), run }
}

/** The run that a reference is resolved for. */
export interface ComparedRun {
  readonly kernel: string
  readonly suite: string
  /** The names of its tests. */
  readonly tests: readonly string[]
  /** When it began, ISO 8601: a later run is not its past. */
  readonly before: string
}

const runRow = z.object({
  id: z.string(),
  time: z.string(),
  kernel: z.string(),
  suite: z.string(),
  planned: namesColumn,
  aborted: z.string().nullable(),
})
type FoundRun = Readonly<z.infer<typeof runRow>>

/** An older complete run is no baseline of today. */
const mostCandidates = 50
const columns = 'id, time, kernel, suite, planned, aborted'
const judgedRow = runRow.extend({ judged: namesColumn })

/**
 * Returns the run that a reference names. `last` is the newest run that came to its end, of the kernel and the suite of
 * `of`; a run with a verdict on more of its tests comes first, so that neither a run of a single test nor one that this
 * computer could not do hides a complete one. Undefined when the history has no such run yet.
 * @throws {UsageError} BASELINE_UNKNOWN, BASELINE_REFUSED
 */
export function findRun(history: HistoryFile, reference: RunReference, of: ComparedRun): FoundRun | undefined {
  const { kernel = of.kernel, run } = reference
  if (run === 'last') {
    const judged = "(SELECT json_group_array(name) FROM results WHERE run = id AND verdict <> 'MISS') AS judged"
    const sql = `SELECT ${columns}, ${judged} FROM runs
      WHERE suite = ? AND kernel = ? AND time < ? AND aborted IS NULL ORDER BY time DESC LIMIT ${mostCandidates}`
    const runs = history.rows(judgedRow, sql, of.suite, kernel, of.before)
    const tests = new Set(of.tests)
    return runs
      .map((found) => ({ found, shared: found.judged.filter((name) => tests.has(name)).length }))
      .toSorted((a, b) => b.shared - a.shared)[0]?.found
  }
  const runs = history.rows(runRow, `SELECT ${columns} FROM runs WHERE substr(id, 1, ?) = ?`, run.length, run)
  const found = runs.filter((each) => reference.kernel === undefined || each.kernel === kernel)
  const [first, second] = found
  if (first === undefined || second !== undefined) {
    const on = reference.kernel === undefined ? '' : ` of the kernel ${kernel}`
    const problem = `begins the ids of ${first === undefined ? 'no run' : `${found.length} runs`}${on}`
    throw new UsageError('BASELINE_UNKNOWN', `'${run}' ${problem} in the history ${history.file}`, {
      hint: 'gmemtest history list prints the ids of all runs',
    })
  }
  if (first.suite === of.suite) return first
  throw new UsageError(
    'BASELINE_REFUSED',
    `the run ${first.id} has the suite ${first.suite}, and the results to compare have the suite ${of.suite}`,
    { hint: 'name a run of the same suite' },
  )
}
