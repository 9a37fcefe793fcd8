// Runs programs of the kernel's selftests one after the other and tells what happens as the events of a run.
import type { BuildError } from '../../base/errors.ts'
import { exitCodeOf, exitCodes, messageOf } from '../../base/errors.ts'
import type { RunEvent, Verdict } from '../../report/events.ts'
import { fullName } from '../../kernel/definition/selftest-name.ts'
import type { SelftestName } from '../../kernel/definition/selftest-name.ts'
import { findSplats } from '../../console/find-splats.ts'
import type { Splat } from '../../console/find-splats.ts'
import { isDamage, lateIn } from '../../judge/judge.ts'
import { splatsOfBoot } from '../../instance/checked-instance.ts'
import { DamagedInstance } from '../../judge/late.ts'
import type { Late } from '../../judge/late.ts'
import { attemptSelftest } from './selftest-attempt.ts'
import type { RunnableSelftest, SelftestInstance } from './selftest-attempt.ts'
import { judgeTried, notBooted, notBuilt } from './selftest-judging.ts'
import type { Finished, JudgingOptions, Tried } from './selftest-judging.ts'

/** A program that there is not, because it does not compile. */
export interface UnbuiltSelftest extends SelftestName {
  readonly error: BuildError
}

export interface SelftestOptions extends JudgingOptions {
  readonly tests: readonly (RunnableSelftest | UnbuiltSelftest)[]
  readonly boot: (signal: AbortSignal) => Promise<SelftestInstance>
  /** Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  readonly signal: AbortSignal
}

export interface SelftestOutcome {
  readonly exitCode: number
  /** Why the run ended before its last test. */
  readonly aborted?: string
  /** What kept a machine from coming up. */
  readonly error?: unknown
}

class Runner {
  readonly #options: SelftestOptions
  readonly #verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  #unbuilt = 0
  #instance: SelftestInstance | undefined
  /** Where on the console the window of the next test begins. */
  #window = 0
  /** Whether some test was charged with what its machine complained about while it booted. */
  #isBootJudged = false
  /** Complaints from before any test that nobody was charged with yet. */
  #unjudged: readonly Splat[] = []
  /** The last test in the machine at hand: its verdict waits for what the kernel still has to say. */
  #held: Tried | undefined
  /** What kept a machine from coming up: nobody tries it again. */
  #failure: { readonly error: unknown } | undefined

  constructor(options: SelftestOptions) {
    this.#options = options
  }

  async run(): Promise<SelftestOutcome> {
    const { signal, emit, tests } = this.#options
    const started = performance.now()
    try {
      for (const test of tests) {
        if (signal.aborted || this.#failure !== undefined) break
        await this.#one(test)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await this.#closeInstance()
    }
    const aborted = signal.aborted
      ? messageOf(signal.reason)
      : this.#failure && messageOf(this.#failure.error)
    const ending = aborted === undefined ? {} : { aborted }
    await emit({
      type: 'run-finished',
      milliseconds: performance.now() - started,
      verdicts: this.#verdicts,
      ...ending,
    })
    return { exitCode: this.#exitCode(), ...ending, ...this.#failure }
  }

  async #one(test: RunnableSelftest | UnbuiltSelftest): Promise<void> {
    if ('error' in test) {
      await this.#settleNow()
      this.#unbuilt += 1
      await this.#start(test)
      await this.#tellEnd(test, notBuilt(test, this.#options))
      return
    }
    const tried = await this.#try(test)
    if (tried === undefined) {
      await this.#start(test)
      await this.#tellEnd(test, notBooted(test, this.#failure?.error, this.#options))
      return
    }
    this.#held = tried
    const { finished, lost } = judgeTried(tried, { splats: [] }, this.#options)
    // A test that was not run to its end says nothing about what came before it.
    if (finished.verdict === 'MISS') this.#unjudged = tried.earlierSplats
    else {
      this.#unjudged = []
      this.#isBootJudged = true
    }
    if (lost !== undefined) await this.#closeInstance()
  }

  /** Tries a test, in another machine when the test before it has damaged the kernel; nothing when none comes up. */
  async #try(test: RunnableSelftest): Promise<Tried | undefined> {
    const { signal } = this.#options
    const instance = await this.#instanceOrFailure()
    if (instance === undefined) return undefined
    const hasPredecessor = this.#held !== undefined
    let isStarted = false
    let beginning: Promise<void> | undefined
    const begin = async (splats: readonly Splat[]): Promise<void> => {
      const isDamaged = hasPredecessor && isDamage({ splats }, this.#options)
      isStarted = !isDamaged
      await this.#settle({ splats })
      if (isDamaged) throw new DamagedInstance()
      await this.#start(test)
    }
    const result = await attemptSelftest(test, instance, {
      signal,
      since: this.#window,
      onBegun: (splats) => (beginning = begin(splats)),
    })
    // The machine may have died in the middle of it.
    await Promise.allSettled([beginning])
    this.#window = result.nextWindow
    if (!isStarted) {
      const late = lateIn(result)
      await this.#settle(late)
      if (hasPredecessor && isDamage(late, this.#options)) {
        await this.#closeInstance()
        return this.#try(test)
      }
      await this.#start(test)
    }
    const earlierSplats = [...this.#unjudged, ...(hasPredecessor ? [] : result.earlierSplats)]
    return { test, result, earlierSplats }
  }

  async #start(test: SelftestName): Promise<void> {
    await this.#options.emit({ type: 'scenario-started', name: fullName(test), title: '' })
  }

  async #tellEnd(test: SelftestName, finished: Finished): Promise<void> {
    this.#verdicts[finished.verdict] += 1
    await this.#options.emit({ type: 'scenario-finished', name: fullName(test), title: '', ...finished })
  }

  /** Tells the verdict that was held back: what the kernel had to say later is charged to that test. */
  async #settle(late: Late): Promise<void> {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    const { finished, lost } = judgeTried(held, late, this.#options)
    await this.#tellEnd(held.test, finished)
    if (lost !== undefined) await this.#options.emit({ type: 'vm-lost', reason: lost })
  }

  /** Tells that verdict before something that needs no machine, by what is on the console now. */
  async #settleNow(): Promise<void> {
    const instance = this.#instance
    if (instance === undefined) return
    const late = await this.#lateIn(instance)
    this.#window = instance.console.mark()
    await this.#settle(late)
    if (isDamage(late, this.#options)) await this.#closeInstance()
  }

  /** What has become of a machine since the window of its last test. */
  async #lateIn({ console, died }: SelftestInstance): Promise<Late> {
    const death = await Promise.race([died, Promise.resolve(undefined)])
    const splats = findSplats(console.since(this.#window))
    return { splats, ...(death === undefined ? {} : { death }) }
  }

  /** The machine at hand, or a new one; nothing when none comes up. */
  async #instanceOrFailure(): Promise<SelftestInstance | undefined> {
    const { boot, signal, emit } = this.#options
    if (this.#instance !== undefined) return this.#instance
    try {
      this.#instance = await boot(signal)
    } catch (error) {
      signal.throwIfAborted()
      this.#failure = { error }
      return undefined
    }
    const { accelerator, origin, readyMilliseconds, bootLines, windowStart } = this.#instance
    this.#window = windowStart
    // Each machine boots the same kernel: what it complains about then is the failure of the first test alone.
    const splats = this.#isBootJudged ? [] : splatsOfBoot(bootLines)
    if (splats.length > 0) this.#unjudged = splats
    await emit({
      type: 'vm-ready',
      accelerator: accelerator.name,
      reason: accelerator.reason,
      profile: 'plain',
      origin,
      milliseconds: readyMilliseconds,
    })
    return this.#instance
  }

  async #closeInstance(): Promise<void> {
    const instance = this.#instance
    this.#instance = undefined
    if (instance === undefined) return
    // How it died is to be asked before: afterwards, we have closed it.
    const { death } = await this.#lateIn(instance)
    await instance[Symbol.asyncDispose]()
    // Its console is complete now.
    const { splats } = await this.#lateIn(instance)
    await this.#settle({ splats, ...(death === undefined ? {} : { death }) })
  }

  #exitCode(): number {
    const { FAIL, ERROR, MISS } = this.#verdicts
    if (FAIL + ERROR - this.#unbuilt > 0) return exitCodes.scenarioFailed
    if (this.#failure !== undefined) return exitCodeOf(this.#failure.error)
    return MISS + this.#unbuilt > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }
}

/**
 * Runs all tests in their order and emits their events and `run-finished`. Trouble of the kernel, the machine or a test
 * is a verdict, not an exception; an abort of `signal` ends the run early and shows in the outcome.
 */
export async function runSelftests(options: SelftestOptions): Promise<SelftestOutcome> {
  return new Runner(options).run()
}
