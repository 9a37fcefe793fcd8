// Runs programs of the kernel's selftests one after the other and tells what happens as the events of a run.
import type { Allowance } from '../project/allowances.ts'
import type { BuildError } from '../project/errors.ts'
import { exitCodeOf, exitCodes, messageOf, ProtocolError } from '../project/errors.ts'
import type { Diagnostic, RunEvent, TestPoint, Verdict } from '../project/events.ts'
import { fullName } from '../project/selftest-name.ts'
import type { SelftestName } from '../project/selftest-name.ts'
import { dayOf } from '../health/allow.ts'
import { findComplaints } from '../health/findings.ts'
import type { Finding } from '../health/findings.ts'
import { withoutAllowed } from '../scenario/allowed.ts'
import { CheckFailure } from '../scenario/check.ts'
import { complaintsOfBoot } from '../scenario/ready-machine.ts'
import { judge } from '../scenario/verdict.ts'
import type { Happening, Judgement } from '../scenario/verdict.ts'
import { attemptSelftest } from './attempt.ts'
import type { RunnableSelftest, SelftestAttempt, SelftestMachine } from './attempt.ts'
import { sayingOf } from './program.ts'
import type { Saying } from './program.ts'

/** A program that there is not, because it does not compile. */
export interface UnbuiltSelftest extends SelftestName {
  readonly error: BuildError
}

export interface SelftestOptions {
  readonly tests: readonly (RunnableSelftest | UnbuiltSelftest)[]
  readonly boot: (signal: AbortSignal) => Promise<SelftestMachine>
  /** Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  readonly signal: AbortSignal
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The tests that this kernel is known to skip: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** Complaints that are known. */
  readonly allow?: readonly Allowance[]
  /** The command line that runs one test again. */
  readonly again: (name: string) => string
}

export interface SelftestOutcome {
  readonly exitCode: number
  /** Why the run ended before its last test. */
  readonly aborted?: string
  /** What kept a machine from coming up. */
  readonly error?: unknown
}

type Finished = Omit<Extract<RunEvent, { type: 'scenario-finished' }>, 'type' | 'name' | 'title'> & {
  /** Why the machine must not be used any more. */
  readonly lost?: string
}

const mostLines = 30

class Runner {
  readonly #options: SelftestOptions
  readonly #verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  #unbuilt = 0
  #machine: SelftestMachine | undefined
  /** Where on the console the window of the next test begins. */
  #window = 0
  #isFirstBoot = true
  /** Complaints of the boot that nobody has judged yet. */
  #bootComplaints: readonly Finding[] = []
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
      await this.#closeMachine()
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
    const { emit } = this.#options
    const name = fullName(test)
    const machine = 'error' in test ? undefined : await this.#machineOrFailure()
    await emit({ type: 'scenario-started', name, title: '' })
    const { lost, ...finished } =
      'error' in test ? this.#notBuilt(test) : await this.#verdictOn(test, machine)
    this.#verdicts[finished.verdict] += 1
    await emit({ type: 'scenario-finished', name, title: '', ...finished })
    if (lost === undefined) return
    await this.#closeMachine()
    await emit({ type: 'vm-lost', reason: lost })
  }

  #notBuilt(test: UnbuiltSelftest): Finished {
    this.#unbuilt += 1
    const { message, tail } = test.error
    return {
      verdict: 'ERROR',
      milliseconds: 0,
      diagnostic: this.#diagnostic(test, { message, output: tail, console: [] }),
    }
  }

  async #verdictOn(test: RunnableSelftest, machine: SelftestMachine | undefined): Promise<Finished> {
    if (machine === undefined) return this.#notBooted(test)
    const result = await attemptSelftest(test, machine, {
      signal: this.#options.signal,
      since: this.#window,
    })
    this.#window = result.nextWindow
    const saying = result.end === undefined ? undefined : sayingOf(result.end)
    const heard = happeningOf(result, this.#problem(test, saying), this.#bootComplaints)
    this.#bootComplaints = []
    const { allowed, ...counted } = withoutAllowed(heard, this.#options.allow ?? [], dayOf(new Date()))
    const happening = { ...heard, ...counted }
    return {
      ...this.#finished(test, result, { saying, happening, judgement: judge(happening) }),
      ...(allowed.length === 0 ? {} : { allowed }),
    }
  }

  #finished(
    test: RunnableSelftest,
    result: SelftestAttempt,
    judged: {
      readonly saying: Saying | undefined
      readonly happening: Happening
      readonly judgement: Judgement
    },
  ): Finished {
    const { saying, happening, judgement } = judged
    const { milliseconds } = result
    const points: readonly TestPoint[] = saying?.points ?? []
    const common = { milliseconds, ...(points.length === 0 ? {} : { points }) }
    if (judgement.verdict === 'PASS') {
      return saying?.verdict === 'skip'
        ? { verdict: 'SKIP', ...common, reason: saying.message }
        : { verdict: 'PASS', ...common }
    }
    const { verdict, message, beforehand } = judgement
    const [complaint] = [...happening.complaints, ...happening.earlierComplaints]
    const diagnostic = this.#diagnostic(test, {
      message,
      at: saying?.at,
      output: outputOf(result),
      console:
        complaint === undefined ? result.console.slice(-mostLines) : complaint.lines.slice(0, mostLines),
    })
    return {
      verdict,
      ...common,
      ...(beforehand === undefined ? {} : { beforehand }),
      diagnostic,
      // A program that gave up has closed nothing: what it and its children left would be there for the next one.
      ...(saying?.verdict === 'skip' && judgement.machineUsable ? {} : { lost: message }),
    }
  }

  /** What a program says against its kernel, or against itself. */
  #problem(test: SelftestName, saying: Saying | undefined): Error | undefined {
    if (saying === undefined) return undefined
    switch (saying.verdict) {
      case 'pass':
        return undefined
      case 'fail':
        return new CheckFailure(saying.message)
      case 'broken':
        return new ProtocolError('SELFTEST_BROKEN', saying.message)
      case 'skip': {
        const { expectSkips, kernel } = this.#options
        const name = fullName(test)
        if (expectSkips.includes(name)) return undefined
        const unexpected = `the definition of ${kernel} does not expect that (expectSkips lacks ${name})`
        return new CheckFailure(`it was skipped: ${saying.message}; ${unexpected}`)
      }
      default:
        return saying.verdict satisfies never
    }
  }

  #notBooted(test: SelftestName): Finished {
    const judged = judge({
      thrown: { value: this.#failure?.error },
      recovered: false,
      complaints: [],
      unseen: 0,
      earlierComplaints: [],
      leaks: [],
      warnings: [],
    })
    const { verdict, message } = judged
    const diagnostic = this.#diagnostic(test, { message, output: [], console: [] })
    return { verdict, milliseconds: 0, beforehand: true, diagnostic }
  }

  #diagnostic(
    test: SelftestName,
    found: {
      readonly message: string
      readonly at?: string | undefined
      readonly output: readonly string[]
      readonly console: readonly string[]
    },
  ): Diagnostic {
    const { message, at, output, console } = found
    const again = this.#options.again(fullName(test))
    return { message, rules: [], operations: [], output, console, again, ...(at === undefined ? {} : { at }) }
  }

  /** The machine at hand, or a new one; nothing when none comes up. */
  async #machineOrFailure(): Promise<SelftestMachine | undefined> {
    const { boot, signal, emit } = this.#options
    if (this.#machine !== undefined) return this.#machine
    try {
      this.#machine = await boot(signal)
    } catch (error) {
      signal.throwIfAborted()
      this.#failure = { error }
      return undefined
    }
    const { accelerator, origin, readyMilliseconds, bootLines, windowStart } = this.#machine
    this.#window = windowStart
    // Each machine boots the same kernel: what it complains about then is the failure of the first test alone.
    this.#bootComplaints = this.#isFirstBoot ? complaintsOfBoot(bootLines) : []
    this.#isFirstBoot = false
    await emit({
      type: 'vm-ready',
      accelerator: accelerator.name,
      reason: accelerator.reason,
      profile: 'plain',
      origin,
      milliseconds: readyMilliseconds,
    })
    return this.#machine
  }

  async #closeMachine(): Promise<void> {
    const machine = this.#machine
    this.#machine = undefined
    await machine?.[Symbol.asyncDispose]()
  }

  #exitCode(): number {
    const { FAIL, ERROR, MISS } = this.#verdicts
    if (FAIL + ERROR - this.#unbuilt > 0) return exitCodes.scenarioFailed
    if (this.#failure !== undefined) return exitCodeOf(this.#failure.error)
    return MISS + this.#unbuilt > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }
}

/** What happened, in the words that scenarios are judged by: their table holds here as well. */
function happeningOf(
  result: SelftestAttempt,
  problem: Error | undefined,
  bootComplaints: readonly Finding[],
): Happening {
  const { thrown, death, recovered } = result
  const found = problem === undefined ? thrown : { value: problem }
  return {
    ...(found === undefined ? {} : { thrown: found }),
    ...(death === undefined ? {} : { death }),
    recovered,
    complaints: findComplaints(result.console),
    unseen: result.unseen,
    earlierComplaints: [...bootComplaints, ...findComplaints(result.before)],
    leaks: [],
    warnings: [],
  }
}

/** The last lines of what the program said, as far as they are from one stream after the other. */
function outputOf({ end }: SelftestAttempt): string[] {
  if (end === undefined) return []
  const lines = [end.stdout, end.stderr].flatMap((text) => text.split(/\r?\n/))
  return lines.filter((line) => line !== '').slice(-mostLines)
}

/**
 * Runs all tests in their order and emits their events and `run-finished`. Trouble of the kernel, the machine or a test
 * is a verdict, not an exception; an abort of `signal` ends the run early and shows in the outcome.
 */
export async function runSelftests(options: SelftestOptions): Promise<SelftestOutcome> {
  return new Runner(options).run()
}
