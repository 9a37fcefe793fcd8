// Runs the same scenarios on two kernels, one after the other: each run has its own results.
import path from 'node:path'
import { select } from '../../base/select.ts'
import { makeResultsDirectory } from '../../report/results-directory.ts'
import { targetsOf } from '../../report/targets.ts'
import { findScenarioFiles, scenarioSuite, type ScenarioFile } from '../../suites/scenarios/scenario-files.ts'
import type { CommandContext } from '../command-context.ts'
import { claimDirectory } from '../jobs/claim-directory.ts'
import { chooseJob, type JobFacts } from '../jobs/job.ts'
import { noteTeller } from '../jobs/note-teller.ts'
import { loadTests } from '../planning/load-tests.ts'
import { runSuite } from '../jobs/suite-job.ts'
import type { DiffOptions, Pair } from './diff-options.ts'

/** Two runs whose kernels and scenarios are known. */
export interface ChosenRuns {
  readonly runs: readonly [JobFacts, JobFacts]
  readonly files: readonly ScenarioFile[]
}

/**
 * Chooses the scenarios and loads both definitions. Writes nothing.
 * @throws {UsageError} for a mistake in an option, a pattern or a definition
 */
export async function chooseRuns(
  [one, other]: Pair,
  patterns: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<ChosenRuns> {
  const files = select(await findScenarioFiles(options.scenarios), patterns, 'scenario')
  const namesOf = (): string[] => files.map(({ name }) => name)
  const facts = async (kernel: string): Promise<JobFacts> => {
    // The reports of the user are about the difference.
    const { report: _ofDifference, timeLimit: _ofBoth, output: _ofDiff, ...own } = options
    const [chosen] = await chooseJob({ ...own, kernel }, context, scenarioSuite, async () => files, namesOf)
    return { ...chosen, reports: targetsOf([], undefined).filter(({ to }) => to !== 'stdout') }
  }
  return { runs: [await facts(one), await facts(other)], files }
}

/**
 * Runs the scenarios on both kernels, and returns the directories of the results, which are below `directory`. Half of the
 * time limit is for the first kernel, and the rest for the second. What ran before an error or Ctrl-C is kept there.
 * @throws the errors of `runSuite`
 */
export async function runBoth(
  { runs: [first, second], files }: ChosenRuns,
  directory: string,
  options: DiffOptions & { readonly started: Date },
  context: CommandContext,
): Promise<readonly [string, string]> {
  const places = [path.join(directory, 'a'), path.join(directory, 'b')] as const
  const { timeLimit: limit, started } = options
  let isFirst = true
  try {
    await runOne(first, files, places[0], limit && { ...limit, milliseconds: limit.milliseconds / 2 }, options, context)
    isFirst = false
    const left = limit && { ...limit, milliseconds: limit.milliseconds - (Date.now() - started.getTime()) }
    await runOne(second, files, places[1], left, options, context)
  } catch (error) {
    const kept = isFirst ? places[0] : `${places.join(' and ')}, which gmemtest diff compares`
    noteTeller(context)(`what ran is in ${kept}`)
    throw error
  }
  return places
}

async function runOne(
  facts: JobFacts,
  files: readonly ScenarioFile[],
  output: string,
  timeLimit: DiffOptions['timeLimit'],
  { scenarios }: DiffOptions,
  context: CommandContext,
): Promise<void> {
  const started = new Date()
  await using stack = new AsyncDisposableStack()
  await makeResultsDirectory({
    output,
    kernel: facts.definition.name,
    now: started,
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
  const options = { ...facts.options, ...(timeLimit === undefined ? {} : { timeLimit }) }
  await runSuite(
    {
      verb: 'run',
      suite: scenarioSuite,
      names: files.map(({ name }) => name),
      flags: scenarios === undefined ? [] : ['--scenarios', scenarios],
      isPlain: true,
      keep: false,
      needsDialect: true,
      load: (dialect) => loadTests(files, dialect, context.signal),
    },
    { ...facts, options, started, directory: output, claim: stack.move() },
  )
}
