// The work of `gmemtest bisect`: the search, its results as events, and its log.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { cacheDirectory, launcher } from '../../base/paths.ts'
import { bisectLog } from '../../campaigns/bisect/bisect-log.ts'
import { kernelName } from '../../campaigns/bisect/explain-finding.ts'
import { findPatch, type Finding } from '../../campaigns/bisect/find-patch.ts'
import { countsFor, demand, type RunCounts, type RunWish } from '../../campaigns/bisect/run-counts.ts'
import type { Ends } from '../../campaigns/bisect/search.ts'
import { StepsFile } from '../../campaigns/bisect/steps-file.ts'
import type { Trial } from '../../campaigns/bisect/trial.ts'
import { tryCommand } from '../../campaigns/bisect/try-command.ts'
import { shellLine } from '../../process/child.ts'
import { sha256OfFile } from '../../cache/hash.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { seriesWords } from '../../kernel/definition/compose.ts'
import { stateNamed, withFirstPatches } from '../../kernel/states/first-patches.ts'
import { mixedPatches, withMixedVersions } from '../../kernel/states/mixed-versions.ts'
import { provideKernel, withSource, type KernelBuild } from '../../kernel/provide.ts'
import type { RunEvent } from '../../report/events.ts'
import { plainText } from '../../report/plain.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { flagsOf } from '../job-options.ts'
import { progressLine } from '../progress/progress.ts'
import { foundLines, outcomeOf, statesOf, type SearchedStates } from './bisect-result.ts'
import { prepareJob, type Job } from '../jobs/job.ts'
import { kernelReady } from '../jobs/parts.ts'
import { reportRun } from '../jobs/report-run.ts'
import { patchesOf, testsFor, tryPatches, type SeriesOptions, type SeriesTests } from './series-job.ts'

/** The options of `gmemtest bisect`. */
export interface BisectOptions extends SeriesOptions {
  readonly good?: string
  readonly bad?: string
  /** An earlier version of the series, which is good. */
  readonly goodSeries?: string
  readonly exec?: string
  readonly runs?: RunWish
}

const suite = 'bisect'
const testName = 'first-bad-patch'
const logName = 'bisect.log'
const outputName = 'exec.log'

type Emit = (event: RunEvent) => Promise<void>

/** A search whose inputs are read. */
interface Search {
  readonly states: SearchedStates
  readonly ends: Ends
  /** The scenarios, or the command of the user. */
  readonly how: SeriesTests | { readonly command: string }
  readonly runs: RunWish
  readonly memory: StepsFile
}

/** Searches for the first bad patch, and returns the exit code. */
export async function runBisect(
  patterns: readonly string[],
  options: BisectOptions,
  context: CommandContext,
): Promise<number> {
  requireOneWay(patterns, options)
  const [job, search] = await prepareJob(options, context, suite, (definition) =>
    prepare(definition, patterns, options, context),
  )
  return await reportRun(job, { suite, tests: [testName], isolation: 'none' }, (emit) => execute(search, job, emit))
}

/** @throws {UsageError} USAGE */
function requireOneWay(patterns: readonly string[], { exec, runs, good, bad, goodSeries }: BisectOptions): void {
  if (goodSeries !== undefined && (good !== undefined || bad !== undefined)) {
    throw new UsageError('USAGE', `--good-series excludes ${good === undefined ? '--bad' : '--good'}`, {
      hint: 'between two versions, the search begins with the earlier one and ends with the whole later one',
    })
  }
  if (exec === undefined && patterns.length === 0) {
    throw new UsageError('USAGE', 'nothing says which kernels are good', {
      hint: 'name a scenario that fails on the bad kernel, or a command with --exec',
    })
  }
  if (exec !== undefined && (patterns.length > 0 || runs !== undefined)) {
    throw new UsageError('USAGE', `--exec excludes ${patterns.length > 0 ? 'scenarios' : '--runs'}`, {
      hint: 'leave one of them out; the command of --exec may call gmemtest run',
    })
  }
}

async function prepare(
  definition: KernelDefinition,
  patterns: readonly string[],
  options: BisectOptions,
  context: CommandContext,
): Promise<Search> {
  const states = await statesFor(definition, options, context)
  const { patches } = states
  const ends = {
    good: options.good === undefined ? 0 : stateNamed(options.good, patches, '--good'),
    bad: options.bad === undefined ? patches.length : stateNamed(options.bad, patches, '--bad'),
  }
  if (ends.good >= ends.bad) {
    throw new UsageError(
      'BISECT_ENDS',
      `--good has ${plural(ends.good, 'patch')} and --bad has ${ends.bad}: the good state must come first`,
      { hint: 'a state has all patches up to the one that is named; the first bad patch lies between the two' },
    )
  }
  const { exec: command, runs = 'auto' } = options
  const how =
    command === undefined ? await testsFor(definition, patterns, { ...options, verb: suite }, context) : { command }
  const what =
    'command' in how
      ? how
      : await Promise.all(how.files.map(async (file) => [path.basename(file), await sha256OfFile(file)]))
  const { accel, append } = options
  const earlier = states.versions?.earlier.map(({ content }) => content) ?? []
  const facts = await factsOf(definition, options, context)
  const question = [facts, ends, what, runs, accel ?? '', append ?? [], ...(earlier.length === 0 ? [] : [earlier])]
  return { states, ends, how, runs, memory: new StepsFile(cacheDirectory(), question) }
}

/** Reads the series, and the earlier version that `--good-series` names. @throws {UsageError} VERSIONS_UNRELATED */
async function statesFor(
  definition: KernelDefinition,
  { goodSeries }: BisectOptions,
  context: CommandContext,
): Promise<SearchedStates> {
  const patches = await patchesOf(definition, context)
  if (goodSeries === undefined) return { patches }
  // The parts before the last one are what the series needs.
  const series = [...definition.series.slice(0, -1), ...seriesWords([goodSeries], process.cwd())]
  const earlier = await patchesOf({ ...definition, series }, context)
  const versions = { earlier, later: patches }
  // Two series without a counterpart are refused before anything is built.
  mixedPatches(0, versions)
  return { patches, versions, earlier: goodSeries }
}

/** Returns all of a kernel that decides about results. Its source is fetched: what identifies a build is not known before. */
async function factsOf(
  definition: KernelDefinition,
  options: BisectOptions,
  { stderr, isTty, signal }: CommandContext,
): Promise<unknown> {
  using line = progressLine(stderr, isTty)
  const build = buildOptions(line, definition, options, signal)
  const key = await withSource(definition, build, false, async (ingredients) => ingredients.key)
  const { dialect, parameters, expectSkips, slowdown, isolation, allow } = definition
  return { key, dialect, parameters, expectSkips, slowdown, isolation, allow }
}

async function execute(search: Search, job: Job, emit: Emit): Promise<number> {
  const { states, ends, runs, memory } = search
  const { context, definition, directory } = job
  const say = (text: string): void => void context.stderr.write(`gmemtest: ${plainText(text)}\n`)
  const started = performance.now()
  await emit({ type: 'test-started', suite, name: testName, title: `of ${definition.name}` })
  const steps = await memory.read()
  if (steps.length > 0) say(`going on with the results of ${plural(steps.length, 'kernel')} of an earlier search`)
  const named = await statesOf(states, context)
  const log = async (finding?: Finding): Promise<void> =>
    writeFile(path.join(directory, logName), bisectLog(steps, named, finding))
  let last: KernelBuild | undefined
  let kept = steps.length
  const { finding } = await findPatch({
    ends,
    earlier: [...steps],
    tryAt: (applied) =>
      tryAt(applied, search, job, {
        runs: countsFor(applied, runs, ends, steps),
        onBuilt: async (kernel) => {
          last = kernel
        },
      }),
    keep: async (results) => {
      await memory.write(results)
      kept = results.length
    },
    onTest: (applied, left) =>
      say(`testing the kernel with ${kernelName(applied, states)}, and then at most ${plural(left, 'more kernel')}`),
    onStep: async (step) => {
      steps.push(step)
      say(`${step.mark}: ${step.message}`)
      const needed = step.applied === ends.bad && runs === 'auto' ? demand(ends, steps) : undefined
      if (needed !== undefined) say(needed)
      await log()
    },
  }).catch((error: unknown) => {
    if (kept > 0) say(`the results of ${plural(kept, 'kernel')} are kept: the same command goes on`)
    throw error
  })
  await log(finding)
  await memory.remove()
  const milliseconds = performance.now() - started
  // Not before: no other kernel would follow the one that the progress shows.
  if (last !== undefined) await emit(kernelReady(last, started))
  const outcome = outcomeOf(finding, steps, { ends, states, again: againOf(search, job) })
  await emit({ type: 'test-finished', suite, name: testName, milliseconds, ...outcome })
  for (const line of await foundLines(finding, states, context, directory)) say(line)
  say(`the steps are in ${path.join(directory, logName)}`)
  const exitCode = outcome.verdict === 'PASS' ? exitCodes.ok : exitCodes.testFailed
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0, [outcome.verdict]: 1 }
  await emit({ type: 'run-finished', milliseconds, verdicts, exitCode })
  return exitCode
}

function againOf({ states, ends, how, runs }: Search, { options }: Job): string {
  const { earlier } = states
  const between =
    earlier === undefined ? ['--good', String(ends.good), '--bad', String(ends.bad)] : ['--good-series', earlier]
  const flags = [...flagsOf(options), ...between]
  if ('command' in how) return shellLine(launcher(), ['bisect', ...flags, '--exec', how.command])
  const times = runs === 'auto' ? [] : ['--runs', String(runs)]
  return shellLine(launcher(), ['bisect', ...flags, ...times, ...how.words])
}

interface Try {
  readonly runs: RunCounts
  readonly onBuilt: (kernel: KernelBuild) => Promise<void>
}

async function tryAt(applied: number, { how, states }: Search, job: Job, { runs, onBuilt }: Try): Promise<Trial> {
  const { context, definition, options, directory } = job
  const { patches, versions } = states
  const partial =
    versions === undefined
      ? withFirstPatches(definition, applied)
      : await withMixedVersions(definition, applied, versions, directory)
  if (!('command' in how)) return await tryPatches({ applied, definition: partial }, how, job, { runs, onBuilt })
  return await tryCommand({
    command: how.command,
    build: async () => {
      using line = progressLine(context.stderr, context.isTty)
      const kernel = await provideKernel(partial, buildOptions(line, partial, options, context.signal))
      await onBuilt(kernel)
      return {
        GMEMTEST_KERNEL: kernel.directory,
        GMEMTEST_PATCHES: String(applied),
        GMEMTEST_PATCH: patches[applied - 1]?.name ?? '',
      }
    },
    logFile: path.join(directory, outputName),
    signal: context.signal,
  })
}
