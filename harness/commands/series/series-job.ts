// The common work of `bisect` and `walk`: the kernels of a series, and a trial of each.
import { realpath } from 'node:fs/promises'
import { UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { plural } from '../../base/plural.ts'
import { select } from '../../base/select.ts'
import { bytes } from '../../base/units.ts'
import type { RunCounts } from '../../campaigns/bisect/run-counts.ts'
import { tryKernel, type Trial } from '../../campaigns/bisect/trial.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import type { KernelBuild } from '../../kernel/provide.ts'
import { readSeries } from '../../kernel/series.ts'
import type { Patch } from '../../kernel/series/patch.ts'
import { planBoots, type BootPlan } from '../../run/boot-plan.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { loadScenarios } from '../../suites/scenarios/load-scenarios.ts'
import { skipsBetweenPatches } from '../../suites/scenarios/expected-skips.ts'
import { findScenarioFiles } from '../../suites/scenarios/scenario-files.ts'
import { scenarioTest } from '../../suites/scenarios/scenario-test.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import { againLine } from '../jobs/again-line.ts'
import { builtKernel, namedDialect } from './built-kernels.ts'
import { runFactsOf, type Job } from '../jobs/job.ts'
import { provideParts } from '../jobs/parts.ts'
import { isProgram, programTest } from './program-test.ts'

/** The options of the verbs that try the kernels of a series. */
export interface SeriesOptions extends JobOptions {
  /** Another directory of scenarios. */
  readonly scenarios?: string
}

/** What is run on each kernel of a series: scenarios and programs. */
export interface SeriesTests {
  /** The words of the command line that choose them. */
  readonly words: readonly string[]
  /** The files on whose contents the results depend. */
  readonly files: readonly string[]
  readonly dialect: RunOptions['dialect']
  readonly plan: BootPlan
  /** The names of the programs, for which a kernel may lack something. */
  readonly programs: readonly string[]
}

/**
 * Reads the patches of a kernel.
 * @throws {UsageError} SERIES_NONE when it has none
 */
export async function patchesOf(definition: KernelDefinition, { signal }: CommandContext): Promise<Patch[]> {
  const patches = await readSeries(definition.series, {
    cache: cacheDirectory(),
    signal,
    progress: () => undefined,
  })
  if (patches.length > 0) return patches
  throw new UsageError('SERIES_NONE', `the kernel ${definition.name} has no series`, {
    hint: 'name a kernel definition with a series: --kernel',
  })
}

/**
 * Loads the programs that the words name, and the scenarios that the other words choose; all scenarios without a word. `verb`
 * is for messages.
 * @throws {UsageError} PROGRAM_UNREADABLE, SCENARIO_UNKNOWN, DIALECT_NEEDED
 * @throws {BuildError} COMPILE_FAILED
 */
export async function testsFor(
  definition: KernelDefinition,
  words: readonly string[],
  { scenarios: directory, verb }: SeriesOptions & { readonly verb: string },
  context: CommandContext,
): Promise<SeriesTests> {
  const dialect = namedDialect(definition, `${verb} needs`)
  // The next run moves results/latest, in which findings are.
  const paths = await Promise.all(
    words.filter((word) => isProgram(word)).map((word) => realpath(word).catch(() => word)),
  )
  const patterns = words.filter((word) => !isProgram(word))
  const files =
    paths.length > 0 && patterns.length === 0 ? [] : select(await findScenarioFiles(directory), patterns, 'scenario')
  const programs = await Promise.all(paths.map((file) => programTest(file, definition, dialect, context)))
  const scenarios = (await loadScenarios(files)).map((scenario) => scenarioTest(scenario, dialect))
  return {
    words: [...(directory === undefined ? [] : ['--scenarios', directory]), ...paths, ...files.map(({ name }) => name)],
    files: [...paths, ...files.map(({ file }) => file)],
    dialect,
    plan: planBoots([...programs, ...scenarios], bytes(process.availableMemory())),
    programs: programs.map(({ name }) => name),
  }
}

/** Builds the kernel of a state of the series, boots it, and runs the tests on it; a long build is told. */
export async function tryPatches(
  state: { readonly applied: number; readonly definition: KernelDefinition },
  { dialect, plan, programs }: SeriesTests,
  job: Job,
  { runs, onBuilt }: { readonly runs: RunCounts; readonly onBuilt: (kernel: KernelBuild) => Promise<void> },
): Promise<Trial> {
  const { context, definition, options } = job
  // The kernel boots once: a saved state of it would be used once as well.
  const sharing: Job = { ...job, isolation: 'none' }
  return await tryKernel({
    ...runFactsOf(job, dialect),
    expectSkips: [...skipsBetweenPatches, ...programs],
    needsDialect: true,
    plan,
    runs,
    build: async () => {
      const parts = await provideParts(state.definition, options, context)
      const { cached, provenance } = parts.kernel
      if (!cached) {
        const { objects, cpuSeconds } = provenance
        context.stderr.write(`gmemtest: built ${plural(objects, 'object')} in ${Math.round(cpuSeconds)} CPU-seconds\n`)
      }
      await onBuilt(parts.kernel)
      return builtKernel(parts, String(state.applied), sharing, () => undefined)
    },
    emit: async () => undefined,
    again: (name) => againLine('run', ['--kernel', definition.name], name),
  })
}
