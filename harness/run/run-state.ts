// What all workers of a run know: the verdicts so far, what the kernel has, and what does not come up.
import { exitCodeOf, exitCodes, messageOf } from '../base/errors.ts'
import type { Verdict } from '../report/events.ts'
import { plainProfile } from '../vm/profile.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { BootFacts } from '../instance/boot-check.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import { kernelLacks, instanceLacks, notBooted } from '../judge/not-run.ts'
import type { Finished } from '../judge/not-run.ts'
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { RunnerOptions, RunOutcome, ScenarioFinished } from './run-options.ts'

export class RunState {
  readonly #options: RunnerOptions
  readonly #verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  /** What kept machines of a profile from coming up: nobody tries it again. */
  readonly #failures = new Map<BootProfile, unknown>()
  /** What all machines of a profile got, if they are copies of one. */
  readonly #copies = new Map<BootProfile, BootFacts>()
  /** The fingerprints of what kernels complained about while they booted, for each way to boot. */
  readonly #judged = new Map<BootProfile, Set<string>>()
  #kernel: CheckedInstance['available'] | undefined
  #isEnough = false

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  get verdicts(): RunOutcome['verdicts'] {
    return this.#verdicts
  }

  /** Nothing further is begun. */
  get isOver(): boolean {
    return this.#isEnough || this.#options.signal.aborted || this.#failures.has(plainProfile)
  }

  /** Why the run ended before its last scenario; nothing if it did not, or if it was enough. */
  get aborted(): string | undefined {
    if (this.#options.signal.aborted) return messageOf(this.#options.signal.reason)
    return this.#failures.has(plainProfile) ? messageOf(this.#failures.get(plainProfile)) : undefined
  }

  /** What kept the first of the profiles that failed from coming up. */
  get failure(): { readonly error: unknown } | undefined {
    const [failed] = this.#failures.entries()
    return failed === undefined ? undefined : { error: failed[1] }
  }

  get exitCode(): number {
    if (this.#verdicts.FAIL + this.#verdicts.ERROR > 0) return exitCodes.scenarioFailed
    if (this.failure !== undefined) return exitCodeOf(this.failure.error)
    return this.#verdicts.MISS > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }

  count(finished: ScenarioFinished): void {
    this.#verdicts[finished.verdict] += 1
    if (this.#options.until?.(finished) === true) this.#isEnough = true
  }

  /** No machine of this profile comes up. */
  fail(profile: BootProfile, error: unknown): void {
    if (!this.#failures.has(profile)) this.#failures.set(profile, error)
  }

  /** Complaints of the boot that are still somebody's failure: once is enough for each way to boot. */
  unjudged({ profile, bootSplats }: CheckedInstance): CheckedInstance['bootSplats'] {
    const judged = this.#judged.get(profile)
    return bootSplats.filter(({ fingerprint }) => judged?.has(fingerprint) !== true)
  }

  /** A scenario has a verdict that what its machine said while it booted went into. */
  bootJudged({ profile, bootSplats }: CheckedInstance): void {
    const judged = this.#judged.get(profile) ?? new Set()
    for (const { fingerprint } of bootSplats) judged.add(fingerprint)
    this.#judged.set(profile, judged)
  }

  learn({ instance, profile, available, facts }: CheckedInstance): void {
    this.#kernel = available
    // One that is booted may get fewer huge pages than the one before.
    if (instance.origin === 'restored') this.#copies.set(profile, facts)
  }

  /** The verdict on a scenario that needs what the kernel lacks, if that is known already: it costs no boot. */
  skipped(scenario: NamedScenario): Finished | undefined {
    return kernelLacks(scenario, this.#kernel, this.#options)
  }

  /** The verdict that needs no machine, as far as kernel and profile are known. */
  decided(scenario: NamedScenario, profile: BootProfile): Finished | undefined {
    const lacks = this.skipped(scenario) ?? instanceLacks(scenario, this.#copies.get(profile), this.#options)
    if (lacks !== undefined || !this.#failures.has(profile)) return lacks
    return notBooted(scenario, this.#failures.get(profile), this.#options)
  }
}
