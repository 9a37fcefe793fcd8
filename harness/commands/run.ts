// gmemtest run: runs scenarios on a kernel.
import { Command } from 'commander'
import { select } from '../base/select.ts'
import { plannedDialect } from '../instance/kernel-dialect.ts'
import { defaultKernel } from '../kernel/definition/load-definition.ts'
import type { RunOptions as WholeRun } from '../run/run-options.ts'
import type { Test } from '../run/test.ts'
import { findScenarioFiles, scenarioSuite, type ScenarioFile } from '../suites/scenarios/scenario-files.ts'
import type { CommandContext } from './command-context.ts'
import { chooseJob, prepareJob } from './jobs/job.ts'
import { suiteOptions, withOptions, type JobOptions } from './job-options.ts'
import { loadTests } from './planning/load-tests.ts'
import { refuseKeepOfMany } from './planning/refusals.ts'
import { runSuite } from './jobs/suite-job.ts'

interface RunOptions extends JobOptions {
  /** Another directory of scenarios. */
  readonly scenarios?: string
  readonly keep?: true
  readonly failed?: true
}

const latestResults = 'results/latest'

const examples = `
A pattern is the name of a scenario, a part of several names, a glob with * and ? for whole names, or TOPIC/ for a
topic; without one, all scenarios run. The standard output is TAP 14 and nothing else.

Examples:
  gmemtest run                              all scenarios on ${defaultKernel}
  gmemtest run contents                     those with "contents" in their names
  gmemtest run conversion/                  those of a topic, a folder in tests/scenarios
  gmemtest run 'convert-*' pinned           those whose name begins with convert-, and those about pinned pages
  gmemtest run --jobs=4                     in four instances at once
  gmemtest run --kernel ./my-series.yaml    on a kernel of your own
  gmemtest run --dry-run --shard=1/4        what a quarter of all is, and how long it takes
  gmemtest run --repeat=100 --until-fail    each scenario up to 100 times, until one fails
  gmemtest run --failed                     those that failed in results/latest, again
  gmemtest run --keep pinned-page-refuses   leave the instance up to look around in it

Results: results.tap, results.jsonl (one event a line), console.log and provenance.json, in --output
or in a new directory in ./results; results/latest points to the last one.`

/** The verb `run`. */
export function run(context: CommandContext): Command {
  const command = new Command('run')
    .description('Build the kernel if need be, boot it, run scenarios on it, and report TAP.')
    .argument('[pattern...]', 'which scenarios: a name, a part of names, a glob, or TOPIC/')
  return withOptions(command, [...suiteOptions, 'dryRun'], defaultKernel)
    .option('--scenarios <dir>', 'take the scenarios from another directory')
    .option('--failed', 'run only the scenarios that did not pass in results/latest')
    .option('--keep', 'leave the instance up after the run, and print the commands for ssh and gdb')
    .addHelpText('after', examples)
    .action(
      context.exitsWith((patterns: readonly string[], options: RunOptions) => runScenarios(patterns, options, context)),
    )
}

function namesOf(files: readonly ScenarioFile[]): string[] {
  return files.map(({ name }) => name)
}

async function runScenarios(
  patterns: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  refuseKeepOfMany(options)
  const choose = async (): Promise<ScenarioFile[]> => {
    const files = select(await findScenarioFiles(options.scenarios), patterns, 'scenario')
    if (options.failed !== true) return files
    const { failedIn } = await import('../report/stored/failed-in.ts')
    return await failedIn(latestResults, files)
  }
  const load = (files: readonly ScenarioFile[], dialect: WholeRun['dialect']): Promise<Test[]> =>
    loadTests(files, dialect, context.signal)
  if (options.dryRun === true) {
    const [facts, files] = await chooseJob(options, context, scenarioSuite, choose, namesOf)
    const { dryRun } = await import('./planning/dry-run.ts')
    return dryRun(await load(files, plannedDialect(facts.definition.dialect)), facts)
  }
  const [job, files] = await prepareJob(options, context, scenarioSuite, choose, namesOf)
  return runSuite(
    {
      verb: 'run',
      suite: scenarioSuite,
      names: namesOf(files),
      flags: options.scenarios === undefined ? [] : ['--scenarios', options.scenarios],
      isPlain: true,
      keep: options.keep === true,
      needsDialect: true,
      load: (dialect) => load(files, dialect),
    },
    job,
  )
}
