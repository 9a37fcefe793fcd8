// Adds a run to the history when its results are written.
import { exitCodes } from '../../base/errors.ts'
import { readRun, type StoredRun } from '../../report/stored/stored-run.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import { historyPlace } from './history-place.ts'
import { noteTeller } from '../jobs/note-teller.ts'

/**
 * Does the work of a run, and then adds the results in its directory to the history, also when the work throws. Returns the
 * exit code of the work; `couldNotRun` instead of `ok` when the user named the history and the run could not be added.
 * A shard is not added: the merged run is. Neither is a run without any result. `read` returns the results; by default it
 * reads them from the directory.
 */
export async function remembering(
  directory: string,
  { history: given }: Pick<JobOptions, 'history'>,
  context: CommandContext,
  work: () => Promise<number>,
  read: () => Promise<StoredRun> = () => readRun(directory),
): Promise<number> {
  let isAdded = true
  let exitCode: number | undefined
  try {
    exitCode = await work()
  } finally {
    // Work that throws tells why; it may have failed to write any results.
    const run = exitCode === undefined ? await read().catch(() => undefined) : read()
    if (run !== undefined) isAdded = await addResults(run, given, context)
  }
  return exitCode === exitCodes.ok && !isAdded && given !== undefined ? exitCodes.couldNotRun : exitCode
}

async function addResults(
  results: StoredRun | Promise<StoredRun>,
  given: string | undefined,
  context: CommandContext,
): Promise<boolean> {
  try {
    const run = await results
    const isShard = run.beginning.type === 'run-started' && run.beginning.shard !== undefined
    const hasResult = run.lines.some((line) => 'event' in line && line.event.type === 'test-finished')
    if (isShard || !hasResult) return true
    // Loaded late: SQLite would delay the first test.
    const [{ HistoryFile }, { addRun }] = await Promise.all([
      import('../../history/history-file.ts'),
      import('../../history/add-run.ts'),
    ])
    using history = await HistoryFile.open(historyPlace(given))
    addRun(history, run)
    return true
  } catch (error) {
    if (given !== undefined) context.printError(error)
    else
      noteTeller(context)(`this run is not in the history: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
