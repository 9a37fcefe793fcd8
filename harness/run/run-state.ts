// The state that all workers of a run share: verdicts, facts about the kernel, and profiles that do not come up.
import { exitCodeOf, exitCodes, messageOf, UsageError } from '../base/errors.ts'
import type { TestFinished, Verdict } from '../report/events.ts'
import { plainProfile, type BootProfile } from '../vm/profile.ts'
import type { BootFacts } from '../instance/boot-check.ts'
import { instanceLacks, kernelLacks, refused } from '../judge/not-run.ts'
import type { Finished } from '../judge/facts.ts'
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { SplatReading } from '../console/read-splats.ts'
import type { Splat } from '../console/splat.ts'
import type { Entry } from './queue.ts'
import type { RunOptions, RunOutcome } from './run-options.ts'
import { isReached, limitReached } from './time-limit.ts'

export class RunState {
  readonly #options: RunOptions
  readonly #verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  /** The errors of profiles whose instances do not come up: no worker tries these profiles again. */
  readonly #failures = new Map<BootProfile, unknown>()
  /** The boot facts of profiles whose instances are copies of one. */
  readonly #copies = new Map<BootProfile, BootFacts>()
  /** The fingerprints of boot splats that a test was charged with, by profile. */
  readonly #judged = new Map<BootProfile, Set<string>>()
  #kernel: CheckedInstance['available'] | undefined
  /** The number of tests with the verdict ERROR that could not run at all. */
  #refused = 0
  #isEnough = false
  /** The test whose failure ended the run (`failFast`). */
  #failed: TestFinished | undefined
  #lost: string | undefined

  constructor(options: RunOptions) {
    this.#options = options
  }

  get verdicts(): RunOutcome['verdicts'] {
    return this.#verdicts
  }

  /** The reason for which the instance of the last test cannot be used any more; undefined when it can. */
  get lost(): string | undefined {
    return this.#lost
  }

  /** Notes the end of a test, with the reason for which its instance cannot be used any more. */
  leave(lost: string | undefined): void {
    this.#lost = lost
  }

  /** No further test begins. */
  get isOver(): boolean {
    return this.#isEnough || this.#failed !== undefined || this.#options.signal.aborted || this.#isHopeless
  }

  /** The reason for which the run ended early; undefined when it came to its end, or `until` ended it. */
  get aborted(): string | undefined {
    if (this.#options.signal.aborted) return messageOf(this.#options.signal.reason)
    const failed = this.#failed
    if (failed !== undefined) return `${failed.name} has ${failed.verdict}, and the first failure ends the run`
    return this.#isHopeless ? messageOf(this.failure?.error) : undefined
  }

  /** No instance comes up: neither one of the plain profile, which needs least, nor one of any other profile of the plan. */
  get #isHopeless(): boolean {
    const { groups } = this.#options.plan
    const failed = groups.filter(({ profile }) => this.#failures.has(profile))
    // A mistake of the user, such as the wrong dialect, concerns the instances of all profiles.
    const isMistaken = failed.some(({ profile }) => this.#failures.get(profile) instanceof UsageError)
    return (
      isMistaken ||
      failed.some(({ profile }) => profile === plainProfile) ||
      (groups.length > 0 && failed.length === groups.length)
    )
  }

  /** The error of the first profile that failed. */
  get failure(): { readonly error: unknown } | undefined {
    const [failed] = this.#failures.entries()
    return failed === undefined ? undefined : { error: failed[1] }
  }

  get exitCode(): number {
    const { FAIL, ERROR, MISS } = this.#verdicts
    if (FAIL + ERROR - this.#refused > 0) return exitCodes.testFailed
    if (this.failure !== undefined) return exitCodeOf(this.failure.error)
    return MISS + this.#refused > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }

  count(finished: TestFinished, { refusal }: Entry): void {
    this.#verdicts[finished.verdict] += 1
    // A program that was not built does not judge the kernel; a file that is no scenario is a mistake in the tests.
    const isBuilt = refusal === undefined || exitCodeOf(refusal) !== exitCodes.couldNotRun
    if (finished.verdict === 'ERROR' && !isBuilt) this.#refused += 1
    if (this.#options.until?.(finished) === true) this.#isEnough = true
    if (this.#options.failFast?.(finished) === true) this.#failed ??= finished
  }

  /** Notes that no instance of this profile comes up. */
  fail(profile: BootProfile, error: unknown): void {
    if (!this.#failures.has(profile)) this.#failures.set(profile, error)
  }

  /** Returns the splats of the boot that no test was charged with yet. Each profile charges one test with a splat. */
  unjudged({ profile, boot }: CheckedInstance): SplatReading {
    const judged = this.#judged.get(profile)
    const isNew = ({ fingerprint }: Splat): boolean => judged?.has(fingerprint) !== true
    return {
      splats: boot.splats.filter(isNew),
      allowed: boot.allowed.filter(({ splat }) => isNew(splat)),
    }
  }

  /** Notes that a test has a verdict that includes the splats of the boot of its instance. */
  bootJudged({ profile, boot }: CheckedInstance): void {
    const judged = this.#judged.get(profile) ?? new Set()
    for (const { fingerprint } of [...boot.splats, ...boot.allowed.map(({ splat }) => splat)]) {
      judged.add(fingerprint)
    }
    this.#judged.set(profile, judged)
  }

  /** Notes the facts about the kernel and the profile of an instance. */
  learn({ instance, profile, available, facts }: CheckedInstance): void {
    this.#kernel = available
    // A booted instance may get fewer huge pages than the one before.
    if (instance.origin === 'restored') this.#copies.set(profile, facts)
  }

  /** Returns the verdict on a test that needs no instance, as far as kernel and profile are known. */
  decided({ test, profile, refusal }: Entry): Finished | undefined {
    const options = this.#options
    const lacks = kernelLacks(test, this.#kernel, options) ?? instanceLacks(test, this.#copies.get(profile), options)
    if (lacks !== undefined) return lacks
    if (refusal !== undefined) return refused(test, refusal, options)
    const { limit } = options
    if (limit !== undefined && isReached(limit)) return refused(test, limitReached(limit), options)
    return this.#failures.has(profile) ? refused(test, this.#failures.get(profile), options) : undefined
  }
}
