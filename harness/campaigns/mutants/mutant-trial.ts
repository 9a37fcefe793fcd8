// The trial of one mutant: its kernel is built and booted, and scenarios run until one of them fails.
import { BootError, BuildError, InfraError, messageOf } from '../../base/errors.ts'
import type { Killer, MutantResult } from '../../report/events.ts'
import type { BootGroup, BootPlan } from '../../run/boot-plan.ts'
import type { NamedScenario } from '../../suites/scenarios/load-scenarios.ts'
import type { InstanceSource } from '../../instance/instance.ts'
import type { RunnerOptions, ScenarioFinished as Finished } from '../../run/run-options.ts'
import { runScenarios } from '../../run/runner.ts'

export interface TrialOptions extends Omit<RunnerOptions, 'instances' | 'jobs' | 'until' | 'keep'> {
  /** Builds the kernel and answers with where machines of it come from. */
  readonly build: () => Promise<InstanceSource>
  /** Try all scenarios, not only up to the first that fails. */
  readonly all: boolean
}

/**
 * The plan with the scenarios of the given names first, in their order, as far as they share a boot. The others begin
 * with those that need no boot of their own after them.
 */
export function likelyFirst({ groups, refused }: BootPlan, names: readonly string[]): BootPlan {
  const rank = (scenario: NamedScenario): number => names.indexOf(scenario.name)
  const likely = groups
    .map(({ profile, scenarios }) => ({
      profile,
      scenarios: scenarios.filter((scenario) => rank(scenario) >= 0).toSorted((a, b) => rank(a) - rank(b)),
    }))
    .filter(isInhabited)
    .toSorted((a, b) => Math.min(...a.scenarios.map(rank)) - Math.min(...b.scenarios.map(rank)))
  const last = likely.at(-1)?.profile
  const others = groups
    .map(({ profile, scenarios }) => ({
      profile,
      scenarios: scenarios.filter((scenario) => rank(scenario) < 0),
    }))
    .filter(isInhabited)
    .toSorted((a, b) => Number(b.profile === last) - Number(a.profile === last))
  return { groups: [...likely, ...others], refused }
}

/** The part of the plan that has the scenarios of the given names. */
export function onlyNamed({ groups, refused }: BootPlan, names: ReadonlySet<string>): BootPlan {
  const chosen = groups.map(({ profile, scenarios }) => ({
    profile,
    scenarios: scenarios.filter((scenario) => names.has(scenario.name)),
  }))
  return {
    groups: chosen.filter(isInhabited),
    refused: refused.filter(({ scenario }) => names.has(scenario.name)),
  }
}

function isInhabited({ scenarios }: BootGroup): boolean {
  return scenarios.length > 0
}

/**
 * Whether the scenario has noticed the bug. What broke before it began proves nothing about it, and neither does
 * trouble of the machine or of the scenario itself.
 */
export function isKill(finished: Finished): boolean {
  return finished.verdict === 'FAIL' && finished.beforehand !== true
}

/**
 * Tries one mutant. That it cannot be built or does not boot is a result.
 * @throws {InfraError} when this machine cannot build it, or cannot boot it and nothing has killed it before
 * @throws the reason of `signal` when it is called off
 */
export async function tryMutant(options: TrialOptions): Promise<MutantResult> {
  const { build, all, emit, signal } = options
  const started = performance.now()
  const elapsed = (): number => performance.now() - started
  let instances: InstanceSource
  try {
    instances = await build()
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    const reason = messageOf(error)
    return { verdict: 'NOT_BUILT', milliseconds: elapsed(), killers: [], tried: 0, reason }
  }
  const built = performance.now()
  const killers: Killer[] = []
  const finished: Finished[] = []
  const outcome = await runScenarios({
    ...options,
    instances,
    // The first kill ends it, and the likely killers come first: one after the other.
    jobs: 1,
    emit: async (event) => {
      if (event.type === 'scenario-finished') {
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
  // The next mutant would fare no better.
  if (outcome.error instanceof InfraError) throw outcome.error
  if (outcome.error !== undefined) {
    const verdict = outcome.error instanceof BootError ? 'NO_BOOT' : 'ERROR'
    return { ...common, verdict, reason: messageOf(outcome.error) }
  }
  return { ...common, ...judgeUnkilled(finished) }
}

function judgeUnkilled(finished: readonly Finished[]): Pick<MutantResult, 'verdict'> & { reason: string } {
  const unclear = finished.filter((event) => event.verdict === 'ERROR' || event.verdict === 'MISS')
  const [first] = unclear
  if (first !== undefined) {
    const names = unclear.map((event) => event.name).join(', ')
    return {
      verdict: 'ERROR',
      reason: `nothing killed it, but no verdict on ${names}: ${first.diagnostic?.message ?? first.verdict}`,
    }
  }
  const passed = finished.filter((event) => event.verdict === 'PASS').length
  const early = finished.find((event) => event.beforehand === true)
  const boot = early === undefined ? '' : `; only the boot failed (${early.diagnostic?.message ?? ''})`
  return { verdict: 'SURVIVED', reason: `${passed} scenarios passed and none failed${boot}` }
}
