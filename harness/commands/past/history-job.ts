// The work of `gmemtest history`: adds runs to the history, and prints what it has.
import { existsSync } from 'node:fs'
import { exitCodeOf, exitCodes, GmemtestError, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { addRun, runId } from '../../history/add-run.ts'
import { rateText } from '../../history/flakiness.ts'
import { HistoryFile } from '../../history/history-file.ts'
import {
  flakyTests,
  lastRuns,
  ratesOfTest,
  resultsOfTest,
  resultsWithSplat,
  testNames,
  type TimedResult,
} from '../../history/summaries.ts'
import { repetition } from '../../report/meaning/change.ts'
import { plainText } from '../../report/plain.ts'
import { readRun, type StoredRun } from '../../report/stored/stored-run.ts'
import type { CommandContext } from '../command-context.ts'
import { historyPlace } from './history-place.ts'
import { noteTeller } from '../jobs/note-teller.ts'

/** Enough to see a year of nights. */
const mostLines = 400

/**
 * Adds the runs in these directories; each is read before the history is opened. A directory that has no run for the history
 * is told, and keeps none of the others out.
 * @throws the errors of the history
 */
export async function addToHistory(
  places: readonly string[],
  given: string | undefined,
  context: CommandContext,
): Promise<number> {
  if (places.length === 0) {
    throw new UsageError('USAGE', "missing required argument 'dir'", {
      hint: 'name the directories of runs: gmemtest history add results/*',
    })
  }
  const tell = noteTeller(context)
  let exitCode: number = exitCodes.ok
  const passOver = (error: unknown): undefined => {
    if (!(error instanceof GmemtestError)) throw error
    context.printError(error)
    exitCode = Math.max(exitCode, exitCodeOf(error))
  }
  const runs: StoredRun[] = []
  for (const place of places) {
    const run = await readRun(place).catch(passOver)
    if (run !== undefined) runs.push(run)
  }
  for (const note of runs.flatMap(({ notes }) => notes)) tell(note)
  if (runs.length === 0) return exitCode
  using history = await HistoryFile.open(historyPlace(given))
  for (const run of runs) {
    try {
      const done = addRun(history, run)
      const id = run.beginning.type === 'run-started' ? runId(run.beginning) : ''
      context.stdout.write(`${id} ${done === 'known' ? 'was there' : done}: ${plainText(run.directory)}\n`)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      passOver(error)
    }
  }
  return exitCode
}

/**
 * Opens a history to read it; undefined, with a notice, when there is none yet.
 * @throws {UsageError} HISTORY_MISSING when the user named one that does not exist: a mistyped name has no runs to show
 */
async function existing(given: string | undefined, context: CommandContext): Promise<HistoryFile | undefined> {
  const place = historyPlace(given)
  if (existsSync(place)) return await HistoryFile.open(place)
  if (given === undefined) {
    noteTeller(context)(`there is no history yet: ${place}`)
    return undefined
  }
  throw new UsageError('HISTORY_MISSING', `there is no history ${place}`, {
    hint: 'name the file of a history; gmemtest history add DIR… makes one',
  })
}

/** Prints the last runs, one a line. */
export async function listHistory(given: string | undefined, context: CommandContext): Promise<number> {
  using history = await existing(given, context)
  if (history === undefined) return exitCodes.ok
  for (const run of lastRuns(history, mostLines)) {
    const { id, time, kernel, suite, planned, passed, failed, skipped, aborted } = run
    const missing = planned - failed - passed - skipped
    const notRun = missing > 0 ? `, ${missing} not run` : ''
    const counts = `${failed} failed, ${passed} passed, ${skipped} skipped${notRun} of ${planned}`
    const end = aborted === null ? '' : `; ended early: ${aborted}`
    context.stdout.write(`${id} ${minuteOf(time)} ${plainText(`${kernel} ${suite}: ${counts}${end}`)}\n`)
  }
  return exitCodes.ok
}

/** Prints the tests that come and go, with their rates by kernel. */
export async function listFlaky(given: string | undefined, context: CommandContext): Promise<number> {
  using history = await existing(given, context)
  if (history === undefined) return exitCodes.ok
  for (const { name, rates, lastFailure } of flakyTests(history)) {
    const texts = [...rates.map(rateText), `last on ${minuteOf(lastFailure)}`]
    context.stdout.write(`${plainText(`${name}: ${texts.join('; ')}`)}\n`)
  }
  return exitCodes.ok
}

/**
 * Prints the results of a test, or those with a splat, one a line.
 * @throws {UsageError} HISTORY_UNKNOWN when there is neither a test nor a splat of that name
 */
export async function showHistory(what: string, given: string | undefined, context: CommandContext): Promise<number> {
  using history = await existing(given, context)
  if (history === undefined) return exitCodes.ok
  const { stdout } = context
  const results = resultsOfTest(history, what, mostLines)
  if (results.length > 0) {
    for (const rate of ratesOfTest(history, what)) stdout.write(`${plainText(`${what}: ${rateText(rate)}`)}\n`)
    for (const result of results) stdout.write(`${lineOf(result)}\n`)
    return exitCodes.ok
  }
  const splats = /^[0-9a-f]{4,}$/.test(what) ? resultsWithSplat(history, what, mostLines) : []
  const titles = new Map(splats.map(({ fingerprint, title }) => [fingerprint, title]))
  for (const [fingerprint, title] of titles) stdout.write(`${plainText(`${fingerprint}: ${title}`)}\n`)
  for (const splat of splats) {
    const allowed = splat.allowed === null ? '' : ` (allowed: ${plainText(splat.allowed)})`
    stdout.write(`${lineOf(splat, splat.name)}${allowed}\n`)
  }
  if (splats.length > 0) return exitCodes.ok
  const near = nearest(what, testNames(history))
  throw new UsageError('HISTORY_UNKNOWN', `the history has neither a test nor a splat '${what}'`, {
    hint: near.length > 0 ? `near it: ${near.join(', ')}` : 'gmemtest history list prints its runs',
  })
}

function lineOf(result: TimedResult, name: string = ''): string {
  const { time, run, kernel, verdict, milliseconds, message, repeats, repeat_failures: failures } = result
  const again = repeats === 0 ? '' : `; when it ran again: ${repetition({ runs: repeats, failures })}`
  const about = `${verdict} in ${(milliseconds / 1000).toFixed(1)} s${message === null ? '' : `: ${message}`}${again}`
  return plainText(`${minuteOf(time)} ${run} ${kernel} ${name === '' ? '' : `${name} `}${about}`)
}

/** Returns a time in UTC to the minute: `2026-11-30 10:26`. */
function minuteOf(time: string): string {
  return plainText(time.slice(0, 16).replace('T', ' '))
}
