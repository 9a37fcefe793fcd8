// The work of `gmemtest diff`: the results of two kernels, or of two runs that are over, and the report of what differs.
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UsageError } from '../../base/errors.ts'
import { select } from '../../base/select.ts'
import { compareRuns, comparedRun, requireSameSuite, type ComparedRun } from '../../campaigns/diff/compare-runs.ts'
import { HistoryFile } from '../../history/history-file.ts'
import { pastTimes } from '../../history/past.ts'
import type { PastTime } from '../../history/slower.ts'
import { reporting } from '../../report/open-sinks.ts'
import { makeResultsDirectory, writeProvenance } from '../../report/results-directory.ts'
import { readRun } from '../../report/stored/stored-run.ts'
import { targetsOf } from '../../report/targets.ts'
import type { CommandContext } from '../command-context.ts'
import { claimDirectory } from '../jobs/claim-directory.ts'
import { noteTeller } from '../jobs/note-teller.ts'
import { comparableOf } from '../past/comparison.ts'
import { historyPlace } from '../past/history-place.ts'
import type { DiffOptions, Pair } from './diff-options.ts'
import { chooseRuns, runBoth } from './run-both.ts'

/** Compares two kernels or two runs, and returns the exit code. */
export async function runDiff(
  pair: Pair,
  patterns: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<number> {
  const [isRun, isOther] = await Promise.all(pair.map(isResults))
  if (isRun !== isOther) {
    const [results, kernel] = isRun === true ? pair : pair.toReversed()
    throw new UsageError('DIFF_REFUSED', `${results} has results, and ${kernel} is the name of a kernel`, {
      hint: 'name two kernels, or two directories of results',
    })
  }
  return isRun === true
    ? await diffResults(pair, patterns, options, context)
    : await diffKernels(pair, patterns, options, context)
}

/** A definition is a name or a file; results are a directory, or the events in it. */
async function isResults(place: string): Promise<boolean> {
  if (place.endsWith('.jsonl')) return true
  return await stat(place).then(
    (status) => status.isDirectory(),
    () => false,
  )
}

async function diffKernels(
  pair: Pair,
  patterns: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<number> {
  const started = new Date()
  const chosen = await chooseRuns(pair, patterns, options, context)
  const names = chosen.runs.map(({ definition }) => definition.name)
  if (names[0] === names[1]) noteTeller(context)(`both kernels are ${names[0]}: what differs comes and goes`)
  await using stack = new AsyncDisposableStack()
  const directory = await makeDirectory(names, started, options, context, stack)
  const places = await runBoth(chosen, directory, { ...options, started }, context)
  const [first, second] = [await readCompared(places[0]), await readCompared(places[1])]
  return await tell(first, second, () => true, directory, options, context)
}

async function diffResults(
  [one, other]: Pair,
  patterns: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<number> {
  const [first, second] = [await readCompared(one), await readCompared(other)]
  if ((await realpath(first.run.file)) === (await realpath(second.run.file))) {
    throw new UsageError('DIFF_REFUSED', `${one} and ${other} are the same results`, {
      hint: 'name the results of two runs',
    })
  }
  requireSameSuite(first, second)
  for (const note of [first, second].flatMap(({ run }) => run.notes)) noteTeller(context)(note)
  const all = [...new Set([...first.tests, ...second.tests])].map((name) => ({ name }))
  const chosen = new Set(select(all, patterns, 'scenario').map(({ name }) => name))
  await using stack = new AsyncDisposableStack()
  const names = [first, second].map(({ beginning }) => beginning.kernel)
  const directory = await makeDirectory(names, new Date(), options, context, stack)
  return await tell(first, second, (name) => chosen.has(name), directory, options, context)
}

async function readCompared(place: string): Promise<ComparedRun> {
  return comparedRun(await readRun(place))
}

/** Makes the directory of the results, which `stack` keeps other runs out of. */
async function makeDirectory(
  names: readonly string[],
  now: Date,
  { output }: DiffOptions,
  context: CommandContext,
  stack: AsyncDisposableStack,
): Promise<string> {
  return await makeResultsDirectory({
    output,
    kernel: `${names.join('-')}-diff`,
    now,
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
}

/** Reports what differs, and returns the exit code. */
async function tell(
  first: ComparedRun,
  second: ComparedRun,
  isChosen: (name: string) => boolean,
  directory: string,
  options: DiffOptions,
  context: CommandContext,
): Promise<number> {
  const past = await pastOf(first, options.history, context)
  const { events, notes, exitCode } = compareRuns(first, second, past, isChosen)
  await writeProvenance(directory, { compared: [first, second].map(({ run }) => path.resolve(run.directory)) })
  const targets = targetsOf(options.report ?? [], process.env['GITHUB_STEP_SUMMARY'])
  return await reporting({ ...context, isStored: true }, directory, targets, async ({ emit }) => {
    for (const note of notes) noteTeller(context)(note)
    for (const event of events) await emit(event)
    return exitCode
  })
}

/** Returns the durations of conversions on the first kernel in earlier runs. Only a history that the user names must be there. */
async function pastOf(
  { run }: ComparedRun,
  given: string | undefined,
  context: CommandContext,
): Promise<readonly PastTime[]> {
  const { suite = '', accelerator = '', kernel, before } = comparableOf(run)
  try {
    using history = await HistoryFile.open(historyPlace(given))
    return pastTimes(history, { suite, kernel, accelerator, before })
  } catch (error) {
    if (given !== undefined) throw error
    noteTeller(context)(`the history is left out: ${messageOf(error)}`)
    return []
  }
}
