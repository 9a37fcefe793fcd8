// The trial of one mutant: builds and boots its kernel, and runs the tests that it names, then others until one fails.
import { BootError, BuildError, InfraError, messageOf } from '../../base/errors.ts'
import { unprovenClaims, type Claim } from './claims.ts'
import type { RunEvent, TestFinished } from '../../report/events.ts'
import type { Killer, MutantResult } from '../../report/events/mutant-events.ts'
import { groupsWith, type BootPlan } from '../../run/boot-plan.ts'
import type { BuiltKernel, OnKernel } from '../../run/run-options.ts'
import { runOn } from '../../run/runner.ts'
import type { Test } from '../../run/test.ts'

export interface TrialOptions extends Omit<OnKernel, 'until'> {
  /** Builds the kernel. */
  readonly build: () => Promise<BuiltKernel>
  /** The kills that the mutant names. */
  readonly claims: readonly Claim[]
  /** Try all tests, not only those of the claims and then up to the first that fails. */
  readonly all: boolean
}

/**
 * Puts the tests of the given names first, in their order, as far as they share a boot. The others begin with those that
 * need no boot of their own after them.
 */
export function likelyFirst({ groups, refused }: BootPlan, names: readonly string[]): BootPlan {
  const rank = (test: Test): number => names.indexOf(test.name)
  const likely = groupsWith(groups, (test) => rank(test) >= 0)
    .map(({ profile, tests }) => ({ profile, tests: tests.toSorted((a, b) => rank(a) - rank(b)) }))
    .toSorted((a, b) => Math.min(...a.tests.map(rank)) - Math.min(...b.tests.map(rank)))
  const last = likely.at(-1)?.profile
  const others = groupsWith(groups, (test) => rank(test) < 0).toSorted(
    (a, b) => Number(b.profile === last) - Number(a.profile === last),
  )
  return { groups: [...likely, ...others], refused }
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
export async function tryMutant({ build, all, claims, ...options }: TrialOptions): Promise<MutantResult> {
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
  const claimed = new Set(claims.map(({ scenario }) => scenario))
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
    until: (event) => {
      claimed.delete(event.name)
      return !all && claimed.size === 0 && killers.length > 0
    },
  })
  signal.throwIfAborted()
  const common = { milliseconds: elapsed(), killers, tried: finished.length }
  const unproven = unprovenClaims(claims, killers)
  if (unproven.length === 0) return { ...common, verdict: 'KILLED' }
  const unclear = withoutVerdict(finished.filter(({ name }) => claims.some(({ scenario }) => scenario === name)))
  if (killers.length > 0) {
    return unclear === undefined
      ? { ...common, verdict: 'UNPROVEN', reason: unproven.join('; ') }
      : { ...common, verdict: 'ERROR', reason: `of the scenarios that it names, ${unclear}` }
  }
  // The next mutant would meet the same trouble.
  if (outcome.error instanceof InfraError) throw outcome.error
  if (outcome.error !== undefined) {
    const verdict = outcome.error instanceof BootError ? 'NO_BOOT' : 'ERROR'
    return { ...common, verdict, reason: messageOf(outcome.error) }
  }
  return { ...common, ...judgeUnkilled(finished) }
}

/** Names the tests without a verdict on the kernel, and the reason of the first; undefined if all have one. */
function withoutVerdict(finished: readonly TestFinished[]): string | undefined {
  const unclear = finished.filter(({ verdict }) => verdict === 'ERROR' || verdict === 'MISS')
  const [first] = unclear
  if (first === undefined) return undefined
  return `${unclear.map(({ name }) => name).join(', ')} have no verdict: ${first.diagnostic?.message ?? first.verdict}`
}

function judgeUnkilled(finished: readonly TestFinished[]): Pick<MutantResult, 'verdict'> & { readonly reason: string } {
  const unclear = withoutVerdict(finished)
  if (unclear !== undefined) return { verdict: 'ERROR', reason: `no test killed it, but ${unclear}` }
  const passed = finished.filter(({ verdict }) => verdict === 'PASS').length
  const early = finished.find(({ beforehand }) => beforehand === true)
  const boot = early === undefined ? '' : `; only the boot failed (${early.diagnostic?.message ?? ''})`
  return { verdict: 'SURVIVED', reason: `${passed} scenarios passed and none failed${boot}` }
}
