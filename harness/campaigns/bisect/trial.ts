// The trial of one kernel of a series: build it, run tests on it, and say what the kernel is.
import type { Share } from '../../base/statistics/fisher.ts'
import { BootError, BuildError, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import type { Diagnostic, TestFinished } from '../../report/events.ts'
import type { BuiltKernel, OnKernel, RunOutcome } from '../../run/run-options.ts'
import { runOn } from '../../run/runner.ts'
import type { RunCounts } from './run-counts.ts'

/** What a kernel is, and the reason. */
export interface Trial {
  readonly kind:
    | 'passed'
    | 'failed'
    /** The kernel lacks something that the tests require, or does not speak the dialect. */
    | 'lacking'
    | 'not-built'
    | 'no-boot'
    /** A test has no verdict on the kernel. */
    | 'unclear'
    /** Trouble of this computer. */
    | 'trouble'
  readonly message: string
  /** Present when a test failed. */
  readonly diagnostic?: Diagnostic
  /** How many of the runs with a verdict failed; absent when there was none. */
  readonly failures?: Share
}

/** The options of a trial. `emit` gets the events of all of its runs. */
export interface TrialOptions extends OnKernel {
  readonly build: () => Promise<BuiltKernel>
  readonly runs: RunCounts
}

/**
 * Tries one kernel. A kernel that cannot be built or does not boot is a result.
 * @throws {InfraError} when this computer cannot build the kernel
 * @throws the reason of `signal`
 */
export async function tryKernel({ build, runs, ...options }: TrialOptions): Promise<Trial> {
  let kernel: BuiltKernel
  try {
    kernel = await build()
  } catch (error) {
    if (error instanceof BuildError) return { kind: 'not-built', message: messageOf(error) }
    throw error
  }
  await using owned = kernel
  return await repeated(runs, async () => {
    const finished: TestFinished[] = []
    const outcome = await runOn(owned, {
      ...options,
      emit: async (event) => {
        if (event.type === 'test-finished') finished.push(event)
        await options.emit(event)
      },
    })
    options.signal.throwIfAborted()
    return judge(finished, outcome)
  })
}

/**
 * Runs tests until they have failed often enough, have run often enough, or one run has no verdict. One failure makes a kernel
 * bad, also when a later run has no verdict.
 */
export async function repeated({ most, enough }: RunCounts, run: () => Promise<Trial>): Promise<Trial> {
  let failed: Trial | undefined
  let count = 0
  for (let total = 1; ; total += 1) {
    const trial = await run()
    if (trial.kind !== 'passed' && trial.kind !== 'failed') return failed ?? trial
    if (trial.kind === 'failed') {
      count += 1
      failed ??= total === 1 ? trial : { ...trial, message: `in run ${total} ${trial.message}` }
    }
    if (failed !== undefined) failed = { ...failed, failures: { count, total } }
    if (count === enough || total === most) return failed ?? passedAll(trial, total)
  }
}

function passedAll(trial: Trial, total: number): Trial {
  const message = total === 1 ? trial.message : `passed in ${plural(total, 'run')}`
  return { ...trial, message, failures: { count: 0, total } }
}

/** Says what the tests tell about the kernel. A failure counts before all that keeps other tests from a verdict. */
export function judge(finished: readonly TestFinished[], { error }: Pick<RunOutcome, 'error'>): Trial {
  const failed = finished.find(({ verdict, beforehand }) => verdict === 'FAIL' && beforehand !== true)
  if (failed !== undefined) {
    const { diagnostic } = failed
    return { kind: 'failed', message: reasonOf(failed), ...(diagnostic === undefined ? {} : { diagnostic }) }
  }
  if (error !== undefined) return { kind: kindOf(error), message: messageOf(error) }
  const other = finished.find(({ verdict }) => verdict !== 'PASS')
  if (other === undefined) {
    const kind = finished.length > 0 ? 'passed' : 'unclear'
    return { kind, message: kind === 'passed' ? 'passed' : 'no test ran' }
  }
  const message = reasonOf(other)
  if (other.beforehand === true) return { kind: 'no-boot', message }
  if (other.verdict === 'SKIP') return { kind: 'lacking', message }
  return { kind: other.verdict === 'MISS' ? 'trouble' : 'unclear', message }
}

function kindOf(error: unknown): Trial['kind'] {
  if (error instanceof InfraError) return 'trouble'
  // The mistake is that the kernel does not speak the dialect of its definition: the patch for that comes later.
  if (error instanceof UsageError) return 'lacking'
  return error instanceof BootError ? 'no-boot' : 'unclear'
}

function reasonOf({ name, verdict, reason, diagnostic }: TestFinished): string {
  return `${name}: ${diagnostic?.message ?? reason ?? verdict}`
}
