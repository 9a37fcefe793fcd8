// The work of `gmemtest walk`: each patch of a series is a test, whose verdict is that on its kernel.
import { exitCodes, UsageError } from '../../base/errors.ts'
import { launcher } from '../../base/paths.ts'
import { walkSeries, type PatchResult } from '../../campaigns/bisect/walk-series.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { stateNamed, withFirstPatches } from '../../kernel/states/first-patches.ts'
import type { KernelBuild } from '../../kernel/provide.ts'
import { subjectOf, type Patch } from '../../kernel/series/patch.ts'
import { shellLine } from '../../process/child.ts'
import type { RunEvent, TestFinished } from '../../report/events.ts'
import type { CommandContext } from '../command-context.ts'
import { flagsOf } from '../job-options.ts'
import { prepareJob, type Job } from '../jobs/job.ts'
import { kernelReady } from '../jobs/parts.ts'
import { reportRun } from '../jobs/report-run.ts'
import { patchesOf, testsFor, tryPatches, type SeriesOptions, type SeriesTests } from './series-job.ts'

/** The options of `gmemtest walk`. */
export interface WalkOptions extends SeriesOptions {
  readonly from?: string
  readonly to?: string
}

const suite = 'walk'

type Emit = (event: RunEvent) => Promise<void>

interface Walk {
  readonly patches: readonly Patch[]
  /** The numbers of applied patches. */
  readonly states: readonly number[]
  readonly tests: SeriesTests
}

/** Tries the kernel of each patch, and returns the exit code. */
export async function runWalk(
  patterns: readonly string[],
  options: WalkOptions,
  context: CommandContext,
): Promise<number> {
  const [job, walk] = await prepareJob(options, context, suite, (definition) =>
    prepare(definition, patterns, options, context),
  )
  const tests = walk.states.map((applied) => stateName(applied, walk.patches))
  return await reportRun(job, { suite, tests, isolation: 'none' }, (emit) => execute(walk, job, emit))
}

async function prepare(
  definition: KernelDefinition,
  patterns: readonly string[],
  options: WalkOptions,
  context: CommandContext,
): Promise<Walk> {
  const patches = await patchesOf(definition, context)
  const from = options.from === undefined ? 1 : stateNamed(options.from, patches, '--from')
  const to = options.to === undefined ? patches.length : stateNamed(options.to, patches, '--to')
  if (from > to) {
    throw new UsageError('OPTION_VALUE', `--from has ${from} patches and --to has ${to}: there is nothing between`, {
      hint: 'exchange the two',
    })
  }
  const states = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return { patches, states, tests: await testsFor(definition, patterns, { ...options, verb: suite }, context) }
}

function stateName(applied: number, patches: readonly Patch[]): string {
  const name = patches[applied - 1]?.name
  if (name === undefined) return 'source'
  // Two folders of a series may have files of one name, and a run has one result of each name.
  return patches.filter((patch) => patch.name === name).length === 1 ? name : `${name} (patch ${applied})`
}

async function execute({ patches, states, tests }: Walk, job: Job, emit: Emit): Promise<number> {
  const started = performance.now()
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  let begin = started
  let isReady = false
  const onBuilt = async (kernel: KernelBuild): Promise<void> => {
    if (!isReady) await emit(kernelReady(kernel, begin))
    isReady = true
  }
  const titled = (applied: number): Pick<TestFinished, 'suite' | 'name' | 'title'> => {
    const patch = patches[applied - 1]
    const title = patch === undefined ? 'the source without patches' : subjectOf(patch)
    return { suite, name: stateName(applied, patches), title }
  }
  await walkSeries(
    states,
    async (applied) => {
      begin = performance.now()
      await emit({ type: 'test-started', ...titled(applied) })
      return await tryPatches({ applied, definition: withFirstPatches(job.definition, applied) }, tests, job, {
        runs: { most: 1, enough: 1 },
        onBuilt,
      })
    },
    async (applied, result) => {
      verdicts[result.verdict] += 1
      await emit({ type: 'test-finished', ...titled(applied), ...detailsOf(applied, result, tests, job) })
    },
  )
  const exitCode = exitCodeFor(verdicts)
  await emit({ type: 'run-finished', milliseconds: performance.now() - started, verdicts, exitCode })
  return exitCode
}

function detailsOf(
  applied: number,
  { verdict, message, milliseconds, diagnostic: seen }: PatchResult,
  { words: tests }: SeriesTests,
  { options }: Job,
): Pick<TestFinished, 'verdict' | 'milliseconds' | 'reason' | 'diagnostic'> {
  if (verdict === 'PASS') return { verdict, milliseconds }
  if (verdict === 'SKIP') return { verdict, milliseconds, reason: message }
  const state = String(applied)
  const words = ['walk', ...flagsOf(options), '--from', state, '--to', state, ...tests]
  const again = shellLine(launcher(), words)
  return { verdict, milliseconds, diagnostic: { rules: [], operations: [], console: [], ...seen, message, again } }
}

function exitCodeFor({ FAIL, ERROR, MISS }: Readonly<Record<TestFinished['verdict'], number>>): number {
  if (FAIL + ERROR > 0) return exitCodes.testFailed
  return MISS > 0 ? exitCodes.couldNotRun : exitCodes.ok
}
