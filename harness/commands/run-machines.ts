// The part of a run that has machines in it: boots them, has the scenarios run on them, records what was run.
import path from 'node:path'
import type { GuestImage } from '../guest/image.ts'
import type { KernelBuild } from '../kernel/provide.ts'
import type { RunEvent } from '../project/events.ts'
import { shellLine } from '../process/child.ts'
import { bytes } from '../project/units.ts'
import { loadTap } from '../report/tap.ts'
import { loadScenarios } from '../scenario/load.ts'
import { bootMachine } from './machine.ts'
import type { ReachableMachine } from './machine.ts'
import { recordRun } from './provenance.ts'
import { resultNames } from './results.ts'
import type { JobOptions, Plan } from './run-job.ts'

/** What a machine is booted from. */
export interface MachineParts {
  readonly kernel: KernelBuild
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
}

// Enough for a file of 64K pages, the agent, and the page tables of both levels.
const guestMemory = bytes(1024 * 1024 * 1024)
const guestCpus = 2

/** Boots one machine after another; knows the last one. */
class Boots {
  readonly #parts: MachineParts
  readonly #plan: Plan
  #count = 0
  #latest: ReachableMachine | undefined

  constructor(parts: MachineParts, plan: Plan) {
    this.#parts = parts
    this.#plan = plan
  }

  get latest(): ReachableMachine | undefined {
    return this.#latest
  }

  async next(signal: AbortSignal, onWaiting?: (command: string) => void): Promise<ReachableMachine> {
    const { kernel, image, agent } = this.#parts
    this.#count += 1
    const name =
      this.#count === 1 ? resultNames.console : resultNames.console.replace('.', `-${this.#count}.`)
    this.#latest = await bootMachine({
      vmlinux: kernel.vmlinux,
      image,
      agent,
      accelerator: this.#plan.accelerator,
      memory: guestMemory,
      cpus: guestCpus,
      consoleFile: path.join(this.#plan.directory, name),
      signal,
      ...(onWaiting === undefined ? {} : { onWaiting }),
    })
    return this.#latest
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
  const boots = new Boots(parts, plan)
  const stop = new AbortController()
  const waiting = Promise.withResolvers<string>()
  const first = boots.next(AbortSignal.any([context.signal, stop.signal]), waiting.resolve)
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => {
    stop.abort(new Error('the run is over'))
    const machine = await first.catch(() => undefined)
    await machine?.[Symbol.asyncDispose]()
  })
  // What a failed boot means is the runner's business.
  await Promise.race([waiting.promise, first.catch(() => undefined)])
  const [scenarios, { runScenarios }] = await Promise.all([
    loadScenarios(plan.names, options.scenarios),
    import('../scenario/runner.ts'),
    loadTap(),
  ])
  const recording = waiting.promise
    .then((command) => recordRun(parts, plan, command))
    .catch(context.printError)
  const machines = [first]
  const outcome = await runScenarios({
    scenarios,
    boot: (signal) => machines.shift() ?? boots.next(signal),
    emit,
    signal: context.signal,
    dialect: definition.dialect,
    kernel: definition.name,
    expectSkips: Object.keys(definition.expectSkips),
    again: (name) => commandFor(name, options),
    ...(options.keep === true ? { keep: () => keep(boots, parts, plan) } : {}),
  })
  if (boots.latest !== undefined) await recording
  // A Ctrl-C that ends --keep is not an interruption of the run.
  if (outcome.aborted !== undefined) context.signal.throwIfAborted()
  if (outcome.error !== undefined) context.printError(outcome.error)
  return outcome.exitCode
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
