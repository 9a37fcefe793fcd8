// The trial of one mutant: builds and boots its kernel, and runs tests until one fails.
import { BootError, BuildError, InfraError, messageOf } from '../../base/errors.ts'
import type { InstanceSource } from '../../instance/instance.ts'
import type { JudgeFacts } from '../../judge/facts.ts'
import type { Killer, MutantResult, RunEvent, TestFinished } from '../../report/events.ts'
import type { BootGroup, BootPlan } from '../../run/boot-plan.ts'
import type { RunOptions, RunOutcome } from '../../run/run-options.ts'
import { runTests } from '../../run/runner.ts'
import type { Test } from '../../run/test.ts'

/** A kernel whose instances can be booted. Disposal closes the instances that no run has taken. */
export interface BuiltKernel extends AsyncDisposable, Pick<JudgeFacts, 'decode'> {
  readonly instances: InstanceSource
}

export interface TrialOptions extends Omit<
  RunOptions,
  'instances' | 'decode' | 'jobs' | 'isolation' | 'durations' | 'until' | 'keep'
> {
  /** Builds the kernel. */
  readonly build: () => Promise<BuiltKernel>
  /** Try all tests, not only up to the first that fails. */
  readonly all: boolean
}

/** Runs the tests on one kernel: the first kill ends it, and the likely killers come first, so one after the other. */
export async function runOn(
  { instances, decode }: BuiltKernel,
  options: Omit<TrialOptions, 'build' | 'all'> & Pick<RunOptions, 'until'>,
): Promise<RunOutcome> {
  return await runTests({ ...options, instances, decode, jobs: 1, isolation: 'none', durations: new Map() })
}

/**
 * Puts the tests of the given names first, in their order, as far as they share a boot. The others begin with those that
 * need no boot of their own after them.
 */
export function likelyFirst({ groups, refused }: BootPlan, names: readonly string[]): BootPlan {
  const rank = (test: Test): number => names.indexOf(test.name)
  const likely = having(groups, (test) => rank(test) >= 0)
    .map(({ profile, tests }) => ({ profile, tests: tests.toSorted((a, b) => rank(a) - rank(b)) }))
    .toSorted((a, b) => Math.min(...a.tests.map(rank)) - Math.min(...b.tests.map(rank)))
  const last = likely.at(-1)?.profile
  const others = having(groups, (test) => rank(test) < 0).toSorted(
    (a, b) => Number(b.profile === last) - Number(a.profile === last),
  )
  return { groups: [...likely, ...others], refused }
}

/** Returns the part of the plan that has the tests of the given names. */
export function onlyNamed({ groups, refused }: BootPlan, names: ReadonlySet<string>): BootPlan {
  return {
    groups: having(groups, ({ name }) => names.has(name)),
    refused: refused.filter(({ test }) => names.has(test.name)),
  }
}

/** Returns the groups with the wanted tests alone, without empty ones. */
function having(groups: readonly BootGroup[], isWanted: (test: Test) => boolean): BootGroup[] {
  return groups
    .map(({ profile, tests }) => ({ profile, tests: tests.filter(isWanted) }))
    .filter(({ tests }) => tests.length > 0)
}

/**
 * Tells whether the test has noticed the bug. A failure from before the test began does not prove that, and neither does
 * trouble of this computer or of the test itself.
 */
function isKill(finished: TestFinished): boolean {
  return finished.verdict === 'FAIL' && finished.beforehand !== true
}

/**
 * Tries one mutant. A mutant that cannot be built or does not boot is a result.
 * @throws {InfraError} when this computer cannot build the kernel, or cannot boot it before a test has killed the mutant
 * @throws the reason of `signal`
 */
export async function tryMutant({ build, all, ...options }: TrialOptions): Promise<MutantResult> {
  const { emit, signal } = options
  const started = performance.now()
  const elapsed = (): number => performance.now() - started
  let kernel: BuiltKernel
  try {
    kernel = await build()
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    const reason = messageOf(error)
    return { verdict: 'NOT_BUILT', milliseconds: elapsed(), killers: [], tried: 0, reason }
  }
  await using owned = kernel
  const built = performance.now()
  const killers: Killer[] = []
  const finished: TestFinished[] = []
  const outcome = await runOn(owned, {
    ...options,
    emit: async (event: RunEvent) => {
      if (event.type === 'test-finished') {
        finished.push(event)
        const milliseconds = performance.now() - built
        const message = event.diagnostic?.message ?? ''
        if (isKill(event)) killers.push({ scenario: event.name, message, milliseconds })
      }
      await emit(event)
    },
    until: (event) => !all && isKill(event),
  })
  signal.throwIfAborted()
  const common = { milliseconds: elapsed(), killers, tried: finished.length }
  if (killers.length > 0) return { ...common, verdict: 'KILLED' }
  // The next mutant would meet the same trouble.
  if (outcome.error instanceof InfraError) throw outcome.error
  if (outcome.error !== undefined) {
    const verdict = outcome.error instanceof BootError ? 'NO_BOOT' : 'ERROR'
    return { ...common, verdict, reason: messageOf(outcome.error) }
  }
  return { ...common, ...judgeUnkilled(finished) }
}

function judgeUnkilled(finished: readonly TestFinished[]): Pick<MutantResult, 'verdict'> & { readonly reason: string } {
  const unclear = finished.filter(({ verdict }) => verdict === 'ERROR' || verdict === 'MISS')
  const [first] = unclear
  if (first !== undefined) {
    const names = unclear.map(({ name }) => name).join(', ')
    const why = first.diagnostic?.message ?? first.verdict
    return { verdict: 'ERROR', reason: `no test killed it, but ${names} have no verdict: ${why}` }
  }
  const passed = finished.filter(({ verdict }) => verdict === 'PASS').length
  const early = finished.find(({ beforehand }) => beforehand === true)
  const boot = early === undefined ? '' : `; only the boot failed (${early.diagnostic?.message ?? ''})`
  return { verdict: 'SURVIVED', reason: `${passed} scenarios passed and none failed${boot}` }
}
