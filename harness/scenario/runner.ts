// Runs scenarios one after the other and tells what happens as events; a machine that cannot be trusted is replaced.
import type { Dialect } from '../project/definition.ts'
import { BootError, exitCodeOf, exitCodes, messageOf, ProtocolError } from '../project/errors.ts'
import type { RunEvent, Verdict } from '../project/events.ts'
import { deathError } from '../vm/boot.ts'
import { describeProfile, plainProfile } from '../vm/profile.ts'
import type { BootProfile } from '../vm/profile.ts'
import { findComplaints } from '../health/findings.ts'
import { attempt, lastWords } from './attempt.ts'
import { inspectBoot, lackOf } from './boot-check.ts'
import type { BootFacts } from './boot-check.ts'
import type { BootPlan } from './boot-plan.ts'
import { diagnose, diagnoseNotRun } from './diagnose.ts'
import { LeakWatch } from './leak-watch.ts'
import type { NamedScenario } from './load.ts'
import type { Machine } from './machine.ts'
import { missingNeeds, needs } from './needs.ts'
import type { Need } from './needs.ts'
import { probeNeeds } from './probe.ts'
import { judge } from './verdict.ts'

export interface RunnerOptions {
  readonly plan: BootPlan
  /** Boots a machine with an agent in it. */
  readonly boot: (profile: BootProfile, signal: AbortSignal) => Promise<Machine>
  /** Never rejects. */
  readonly emit: (event: RunEvent) => Promise<void>
  readonly signal: AbortSignal
  readonly dialect: Dialect
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The needs that this kernel is known to lack: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** The command line that runs one scenario again. */
  readonly again: (name: string) => string
  /** Asked after each scenario; when it says yes, no further one is tried. */
  readonly until?: (finished: ScenarioFinished) => boolean
  /** Called after the last event with the machine that is still up, before it is closed. */
  readonly keep?: (machine: Machine) => Promise<void>
}

export interface RunOutcome {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Why the run ended before its last scenario. */
  readonly aborted?: string
  /** What kept a machine from coming up. */
  readonly error?: unknown
  /** What the run is worth as an exit code; interruptions and broken reports are the caller's business. */
  readonly exitCode: number
}

/** A machine with what was found out about it. */
interface Ready {
  readonly machine: Machine
  readonly profile: BootProfile
  readonly available: ReadonlySet<Need>
  readonly facts: BootFacts
  readonly watch: LeakWatch
  /** Where on the console the window of the next scenario begins. */
  window: number
}

type ScenarioFinished = Extract<RunEvent, { type: 'scenario-finished' }>

type Finished = Omit<ScenarioFinished, 'type' | 'name' | 'title'> & {
  /** Why the machine must not be used any more. */
  readonly lost?: string
}

const deepestStack = 40

class Runner {
  readonly #options: RunnerOptions
  readonly #verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  #ready: Ready | undefined
  /** What the kernel has, as far as that is known. */
  #available: ReadonlySet<Need> | undefined
  #isEnough = false
  readonly #booted = new Set<BootProfile>()
  /** The last scenario of each boot. */
  readonly #lasts: ReadonlySet<NamedScenario>
  /** What kept machines of a profile from coming up: nobody tries it again. */
  readonly #failures = new Map<BootProfile, { readonly error: unknown }>()

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#lasts = new Set(options.plan.groups.flatMap(({ scenarios }) => scenarios.slice(-1)))
  }

  async run(): Promise<RunOutcome> {
    const { signal, emit, keep } = this.#options
    const started = performance.now()
    try {
      await this.#all()
      const aborted = this.#aborted()
      const ending = { verdicts: this.#verdicts, ...(aborted === undefined ? {} : { aborted }) }
      await emit({ type: 'run-finished', milliseconds: performance.now() - started, ...ending })
      if (this.#ready !== undefined && !signal.aborted) await keep?.(this.#ready.machine)
      const [failure] = this.#failures.values()
      return { ...ending, ...failure, exitCode: this.#exitCode() }
    } finally {
      await this.#closeMachine()
    }
  }

  async #all(): Promise<void> {
    const { plan, signal } = this.#options
    try {
      for (const { profile, scenarios } of plan.groups) {
        for (const scenario of scenarios) {
          if (this.#isOver()) return
          await this.#one(scenario, () => this.#onMachine(scenario, profile))
        }
      }
      for (const { scenario, error } of plan.refused) {
        if (this.#isOver()) return
        await this.#one(scenario, async () => this.#notBooted(scenario, error))
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #isOver(): boolean {
    return this.#isEnough || this.#options.signal.aborted || this.#failures.has(plainProfile)
  }

  #aborted(): string | undefined {
    if (this.#options.signal.aborted) return messageOf(this.#options.signal.reason)
    const failure = this.#failures.get(plainProfile)
    return failure === undefined ? undefined : messageOf(failure.error)
  }

  async #one(scenario: NamedScenario, prepare: () => Promise<Finished | Ready>): Promise<void> {
    const { emit, until } = this.#options
    const { name, title } = scenario
    // What the kernel is known to lack costs no boot.
    const prepared = this.#skip(scenario, this.#available) ?? (await prepare())
    await emit({ type: 'scenario-started', name, title })
    const { lost, ...finished } = 'machine' in prepared ? await this.#verdictOn(scenario, prepared) : prepared
    this.#verdicts[finished.verdict] += 1
    const event = { type: 'scenario-finished', name, title, ...finished } as const
    await emit(event)
    this.#isEnough = until?.(event) === true
    if (lost === undefined) return
    await this.#closeMachine()
    await emit({ type: 'vm-lost', reason: lost })
  }

  async #onMachine(scenario: NamedScenario, profile: BootProfile): Promise<Finished | Ready> {
    const ready = await this.#machineOrFailure(profile)
    return ready ?? this.#notBooted(scenario, this.#failures.get(profile)?.error)
  }

  async #verdictOn(scenario: NamedScenario, ready: Ready): Promise<Finished> {
    const skipped = this.#skip(scenario, ready.available)
    if (skipped !== undefined) return skipped
    const message = lackOf(scenario, ready.facts)
    if (message === undefined) return this.#attempt(scenario, ready)
    const again = this.#options.again(scenario.name)
    const diagnostic = diagnoseNotRun(scenario, undefined, { message, again })
    return { verdict: 'ERROR', milliseconds: 0, diagnostic }
  }

  #notBooted(scenario: NamedScenario, error: unknown): Finished {
    const judged = { message: messageOf(error), again: this.#options.again(scenario.name) }
    // Whose fault it is decides: a kernel that does not come up has failed, a machine that cannot boot it has not.
    const verdict = error instanceof BootError ? 'FAIL' : error instanceof ProtocolError ? 'ERROR' : 'MISS'
    const diagnostic = diagnoseNotRun(scenario, error, judged)
    return { verdict, milliseconds: 0, beforehand: true, diagnostic }
  }

  /** The verdict on a scenario that needs what the kernel lacks; nothing if it lacks nothing that is known. */
  #skip(scenario: NamedScenario, available: ReadonlySet<Need> | undefined): Finished | undefined {
    const missing = available === undefined ? [] : missingNeeds(scenario.needs, available)
    if (missing.length === 0) return undefined
    const { expectSkips, kernel, again } = this.#options
    const reason = missing.map((need) => needs[need]).join('; ')
    const unexpected = missing.filter((need) => !expectSkips.includes(need))
    if (unexpected.length === 0) return { verdict: 'SKIP', milliseconds: 0, reason }
    const message = `${reason}; the definition of ${kernel} does not expect that (expectSkips lacks ${unexpected.join(', ')})`
    const diagnostic = diagnoseNotRun(scenario, undefined, { message, again: again(scenario.name) })
    return { verdict: 'FAIL', milliseconds: 0, beforehand: true, diagnostic }
  }

  async #attempt(scenario: NamedScenario, ready: Ready): Promise<Finished> {
    const { signal, dialect, again } = this.#options
    const { machine, watch, window } = ready
    const isLast = this.#lasts.has(scenario)
    const result = await attempt(scenario, machine, { signal, dialect, watch, since: window, isLast })
    ready.window = result.nextWindow
    const { verdict, message, machineUsable, beforehand } = judge(result)
    return {
      verdict,
      milliseconds: result.milliseconds,
      ...(beforehand === undefined ? {} : { beforehand }),
      ...(verdict === 'PASS'
        ? {}
        : { diagnostic: diagnose(scenario, result, { message, again: again(scenario.name) }) }),
      ...(machineUsable ? {} : { lost: message }),
    }
  }

  /** A machine of this profile; nothing when none comes up, which is kept in `#failures`. */
  async #machineOrFailure(profile: BootProfile): Promise<Ready | undefined> {
    if (this.#failures.has(profile)) return undefined
    try {
      return await this.#machine(profile)
    } catch (error) {
      this.#options.signal.throwIfAborted()
      this.#failures.set(profile, { error })
      return undefined
    }
  }

  /** The machine at hand if it has this profile, or a new one. */
  async #machine(profile: BootProfile): Promise<Ready> {
    if (this.#ready?.profile === profile) return this.#ready
    await this.#closeMachine()
    const { boot, emit, signal, dialect } = this.#options
    const machine = await boot(profile, signal)
    const isFirst = !this.#booted.has(profile)
    this.#booted.add(profile)
    const mark = machine.console.mark()
    try {
      const available = await probeNeeds(machine.agent, dialect)
      const facts = await inspectBoot(machine.agent, profile)
      const watch = await this.#watch(machine)
      await emit({
        type: 'vm-ready',
        accelerator: machine.accelerator.name,
        reason: machine.accelerator.reason,
        profile: describeProfile(profile),
        milliseconds: machine.bootMilliseconds,
      })
      this.#available = available
      const window = isFirst ? afterBanner(machine) : mark
      this.#ready = { machine, profile, available, facts, watch, window }
      return this.#ready
    } catch (error) {
      await using ended = machine
      const death = await lastWords(ended, signal)
      throw death === undefined ? error : deathError(death, ended.console)
    }
  }

  #watch(machine: Machine): Promise<LeakWatch> {
    const { signal, dialect, expectSkips } = this.#options
    // Mainline gives guest_memfd inodes of their own later than it converts by attributes of the VM.
    const without = new Set([...expectSkips, ...(dialect === 'vm-attributes' ? ['gmem-inode-counter'] : [])])
    return LeakWatch.begin(machine.agent, { without, signal, timeFactor: machine.accelerator.timeFactor })
  }

  async #closeMachine(): Promise<void> {
    const ready = this.#ready
    this.#ready = undefined
    await ready?.machine[Symbol.asyncDispose]()
  }

  #exitCode(): number {
    if (this.#verdicts.FAIL + this.#verdicts.ERROR > 0) return exitCodes.scenarioFailed
    const [failure] = this.#failures.values()
    if (failure !== undefined) return exitCodeOf(failure.error)
    return this.#verdicts.MISS > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }
}

/**
 * Where the first window of a profile begins: what the kernel complains about while it boots is somebody's failure too,
 * and once is enough. Its own first banner, which would be a reboot in any later window, is left out.
 */
function afterBanner(machine: Machine): number {
  const lines = machine.console.lines()
  const banner = lines.findIndex((line) => findComplaints([line])[0]?.kind === 'reboot')
  return machine.console.mark() - lines.length + banner + 1
}

/**
 * Runs all scenarios, in the order of the plan, and emits their events and `run-finished`. Trouble of the kernel, the machine or
 * a scenario is a verdict, not an exception; an abort of `signal` ends the run early and shows in the outcome.
 */
export async function runScenarios(options: RunnerOptions): Promise<RunOutcome> {
  // A check may be several helpers below the line of the scenario that a report has to name.
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, deepestStack)
  return new Runner(options).run()
}
