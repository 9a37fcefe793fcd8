// The part of a run that has machines in it: boots them, has the scenarios run on them, records what was run.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { GuestImage } from '../guest/image.ts'
import type { KernelBuild } from '../kernel/provide.ts'
import type { RunEvent } from '../project/events.ts'
import { shellLine } from '../process/child.ts'
import { bytes } from '../project/units.ts'
import { loadTap } from '../report/tap-output.ts'
import type { BootPlan } from '../scenario/boot-plan.ts'
import { loadScenarios } from '../scenario/load.ts'
import { bootingSource } from '../scenario/machine.ts'
import { kernelWords, memoryOf, plainProfile } from '../vm/profile.ts'
import type { BootProfile } from '../vm/profile.ts'
import { bootMachine } from './machine.ts'
import type { ReachableMachine } from './machine.ts'
import { recordRun, RunRecord } from './provenance.ts'
import { resultNames } from './results.ts'
import type { JobOptions, Plan } from './run-job.ts'

/** What a machine is booted from. */
export interface MachineParts {
  readonly kernel: KernelBuild
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
}

export const guestCpus = 2

/** Boots one machine after another; knows the last one. */
class Boots {
  readonly #parts: MachineParts
  readonly #plan: Plan
  readonly #commands: string[] = []
  #count = 0
  #latest: ReachableMachine | undefined

  constructor(parts: MachineParts, plan: Plan) {
    this.#parts = parts
    this.#plan = plan
  }

  get latest(): ReachableMachine | undefined {
    return this.#latest
  }

  /** QEMU's command lines, the first machine's first. */
  get commands(): readonly string[] {
    return this.#commands
  }

  async next(profile: BootProfile, signal: AbortSignal, onWaiting?: () => void): Promise<ReachableMachine> {
    const { kernel, image, agent } = this.#parts
    this.#count += 1
    this.#latest = await bootMachine({
      vmlinux: kernel.vmlinux,
      image,
      agent,
      accelerator: this.#plan.accelerator,
      memory: memoryOf(profile),
      append: kernelWords(profile),
      cpus: guestCpus,
      consoleFile: this.#consoleFile(this.#count),
      signal,
      onWaiting: (command) => {
        this.#commands.push(command)
        onWaiting?.()
      },
    })
    return this.#latest
  }

  /** Forgets all machines so far, which must be gone: the next one is the first. */
  async forget(): Promise<void> {
    for (let count = 1; count <= this.#count; count += 1) await rm(this.#consoleFile(count), { force: true })
    this.#count = 0
    this.#latest = undefined
    this.#commands.length = 0
  }

  #consoleFile(count: number): string {
    const name = count === 1 ? resultNames.console : resultNames.console.replace('.', `-${count}.`)
    return path.join(this.#plan.directory, name)
  }
}

/**
 * A plain machine that boots while the scenarios are loaded, since nobody knows before what they want. It is given up
 * when all of them want something else.
 */
class Head implements AsyncDisposable {
  readonly #boots: Boots
  readonly #stop = new AbortController()
  readonly #machine: Promise<ReachableMachine>
  /** Resolves when there is nothing to do but to wait for it, or when it does not come up: the runner sees why. */
  readonly waiting: Promise<void>

  constructor(boots: Boots, signal: AbortSignal) {
    const running = Promise.withResolvers<void>()
    this.#boots = boots
    this.#machine = boots.next(plainProfile, AbortSignal.any([signal, this.#stop.signal]), running.resolve)
    this.waiting = Promise.race([
      running.promise,
      this.#machine.then(
        () => undefined,
        () => undefined,
      ),
    ])
  }

  /** Boots machines as the plan wants them: the plain one that is on its way first, if it is of use. */
  async follow(
    plan: BootPlan,
  ): Promise<(profile: BootProfile, signal: AbortSignal) => Promise<ReachableMachine>> {
    const isWanted = plan.groups.some(({ profile }) => profile === plainProfile)
    if (!isWanted) {
      await this[Symbol.asyncDispose]()
      await this.#boots.forget()
    }
    const waiting = isWanted ? [this.#machine] : []
    return (profile, signal) =>
      (profile === plainProfile ? waiting.shift() : undefined) ?? this.#boots.next(profile, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('this machine is not needed any more'))
    const machine = await this.#machine.catch(() => undefined)
    await machine?.[Symbol.asyncDispose]()
  }
}

/**
 * Runs the scenarios of the plan and answers with the exit code. Whatever only they need is loaded while the first
 * guest boots: the time to the first test point counts.
 */
export async function runOnMachines(
  parts: MachineParts,
  plan: Plan,
  emit: (event: RunEvent) => Promise<void>,
): Promise<number> {
  const { context, definition, options } = plan
  const available = bytes(process.availableMemory())
  const boots = new Boots(parts, plan)
  await using head = new Head(boots, context.signal)
  await head.waiting
  const [scenarios, { planBoots }, { runScenarios }] = await Promise.all([
    loadScenarios(plan.names, options.scenarios),
    import('../scenario/boot-plan.ts'),
    import('../scenario/runner.ts'),
    loadTap(),
  ])
  const bootPlan = planBoots(scenarios, available)
  for (const { error } of bootPlan.refused) context.printError(error)
  const boot = await head.follow(bootPlan)
  await using record = new RunRecord((commands) => recordRun(parts, plan, commands), context.printError)
  // Early, for a run that is killed later; what is booted after it is added at the end.
  const recorded = boots.commands.length
  if (recorded > 0) record.update(boots.commands)
  const outcome = await runScenarios({
    plan: bootPlan,
    machines: bootingSource((profile, { signal }) => boot(profile, signal)),
    isolation: 'none',
    jobs: 1,
    durations: new Map(),
    emit,
    signal: context.signal,
    dialect: definition.dialect,
    kernel: definition.name,
    expectSkips: plan.expectSkips,
    again: (name) => commandFor(name, options),
    ...(options.keep === true ? { keep: () => keep(boots, parts, plan) } : {}),
  })
  if (boots.commands.length > recorded) record.update(boots.commands)
  // A Ctrl-C that ends --keep is not an interruption of the run.
  if (outcome.aborted !== undefined) context.signal.throwIfAborted()
  if (outcome.error !== undefined) context.printError(outcome.error)
  return await record.exitCode(outcome.exitCode)
}

async function keep(boots: Boots, parts: MachineParts, plan: Plan): Promise<void> {
  const { keepMachine } = await import('./keep.ts')
  await keepMachine(boots.latest, parts.image, plan)
}

/** The line that runs one scenario again. */
function commandFor(name: string, options: JobOptions): string {
  const words = ['--kernel', options.kernel]
  if (options.accel !== undefined) words.push('--accel', options.accel)
  if (options.scenarios !== undefined) words.push('--scenarios', options.scenarios)
  return shellLine('./gmemtest', ['run', ...words, name])
}
