// The work of `gmemtest coverage`: runs scenarios on a kernel that counts, and writes which added lines ran.
import path from 'node:path'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { resultNames } from '../../base/result-names.ts'
import { select } from '../../base/select.ts'
import { Collector } from '../../campaigns/coverage/collector.ts'
import { readExplanations, type Explanation } from '../../campaigns/coverage/explanations.ts'
import { lineReport, type SourcePlace } from '../../campaigns/coverage/line-report.ts'
import { openNotes } from '../../campaigns/coverage/notes.ts'
import { patchCoverage } from '../../campaigns/coverage/patch-coverage.ts'
import { readCoverage } from '../../campaigns/coverage/stored-coverage.ts'
import { textReport } from '../../campaigns/coverage/text-report.ts'
import { sourcesIn, writeReport } from '../../campaigns/coverage/write-report.ts'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { findAddedLines } from '../../kernel/gcov/added-lines.ts'
import { withCounters } from '../../kernel/gcov/counting.ts'
import { notesName } from '../../kernel/kernel-store.ts'
import { plainText } from '../../report/plain.ts'
import { loadEachScenario } from '../../suites/scenarios/load-scenarios.ts'
import { findScenarioFiles, scenarioSuite, type ScenarioFile } from '../../suites/scenarios/scenario-files.ts'
import { scenarioTest } from '../../suites/scenarios/scenario-test.ts'
import type { CommandContext } from '../command-context.ts'
import { chosenDefinition } from '../definitions/kernel-choice.ts'
import type { JobOptions } from '../job-options.ts'
import { prepareJob, type Job } from '../jobs/job.ts'
import { runSuite, type Observer } from '../jobs/suite-job.ts'
import { patchesOf } from '../series/series-job.ts'

/** The options of `gmemtest coverage`. */
export interface CoverageOptions extends JobOptions {
  /** Another directory of scenarios. */
  readonly scenarios?: string
  readonly line?: SourcePlace
  /** The results of an earlier run, which are only told again. */
  readonly results?: string
}

const latestResults = 'results/latest'
const verb = 'coverage'

interface Choice {
  readonly files: readonly ScenarioFile[]
  readonly explanations: readonly Explanation[]
}

/** Runs the scenarios, or tells what an earlier run has found, and returns the exit code. */
export async function runCoverage(
  patterns: readonly string[],
  options: CoverageOptions,
  context: CommandContext,
): Promise<number> {
  const { line, results } = options
  if (line === undefined && results === undefined) return await measure(patterns, options, context)
  if (patterns.length > 0) {
    throw new UsageError('USAGE', '--line and --results tell about an earlier run, and run no scenario', {
      hint: 'leave the patterns out',
    })
  }
  const stored = await readCoverage(path.join(results ?? latestResults, resultNames.coverage))
  if (line !== undefined) print(lineReport(line, stored), context)
  else {
    const definition = await chosenDefinition(options, context)
    requireKernel(withCounters(definition, 'gcov').name, stored.kernel)
    const explanations = await readExplanations(definition)
    print(textReport(stored.kernel, patchCoverage(stored.added, stored.counts, explanations)), context)
  }
  return exitCodes.ok
}

/** @throws {UsageError} COVERAGE_KERNEL for another kernel than that of the results, whose lines have other explanations */
function requireKernel(chosen: string, measured: string): void {
  if (chosen === measured) return
  throw new UsageError('COVERAGE_KERNEL', `the results are of ${measured}, and the explanations of ${chosen}`, {
    hint: 'name the kernel of the results with --kernel',
  })
}

function print(lines: readonly string[], { stdout }: CommandContext): void {
  stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''))
}

async function measure(
  patterns: readonly string[],
  options: CoverageOptions,
  context: CommandContext,
): Promise<number> {
  const [prepared, { files, explanations }] = await prepareJob(
    options,
    context,
    verb,
    async (definition): Promise<Choice> => {
      await patchesOf(definition, context)
      const all = await findScenarioFiles(options.scenarios)
      return { files: select(all, patterns, 'scenario'), explanations: await readExplanations(definition) }
    },
  )
  // The standard output has the coverage; the tests are in the results, unless the user asks for them there.
  const isAsked = (options.report ?? []).some(({ to }) => to === 'stdout')
  const job: Job = {
    ...prepared,
    definition: withCounters(prepared.definition, 'gcov'),
    reports: prepared.reports.filter(({ to }) => isAsked || to !== 'stdout'),
    isolation: options.isolation ?? 'none',
  }
  return await runSuite(
    {
      verb,
      suite: scenarioSuite,
      names: files.map(({ name }) => name),
      flags: options.scenarios === undefined ? [] : ['--scenarios', options.scenarios],
      isPlain: true,
      keep: false,
      needsDialect: true,
      load: async (dialect) =>
        (await loadEachScenario(files, context.signal)).map((scenario) => scenarioTest(scenario, dialect)),
      observe: (parts) => observe(parts, explanations, job),
    },
    job,
  )
}

/** Collects counters during a run, and writes and prints the coverage at its end. */
async function observe(
  { kernel }: Pick<InstanceParts, 'kernel'>,
  explanations: readonly Explanation[],
  { context, definition, directory: results }: Job,
): Promise<Observer> {
  const { signal, stderr, printError } = context
  const directory = path.join(results, resultNames.coverage)
  const notes = await openNotes(path.join(kernel.directory, notesName))
  const collector = new Collector(notes, signal)
  const searching = findAddedLines(definition, sourcesIn(directory), {
    cache: cacheDirectory(),
    signal,
    progress: () => undefined,
  })
  // `finish` reports it.
  searching.catch(() => undefined)
  return {
    following: (test) => collector.following(test),
    watching: (source) => collector.watching(source),
    async finish() {
      const { lost, ...collected } = await collector.finish()
      for (const reason of lost) stderr.write(`gmemtest: ${plainText(reason)}\n`)
      // The run has told why no test ran.
      if (collected.counts.size === 0) {
        stderr.write('gmemtest: no counters were read: there is no coverage\n')
        return
      }
      const coverage = { ...collected, kernel: definition.name, added: await searching }
      print(await writeReport(directory, coverage, explanations, { signal, onNote: printError }), context)
    },
    [Symbol.asyncDispose]: () => notes[Symbol.asyncDispose](),
  }
}
