// Runs programs in an instance, one after the other: with a file of its own for each, in a nested VM that they share.
import { setTimeout } from 'node:timers/promises'
import { must } from '../../../agent/wire/call.ts'
import type { Agent } from '../../../agent/client.ts'
import type { ReadSplats } from '../../../console/read-splats.ts'
import type { Instance } from '../../../instance/instance.ts'
import type { Dialect } from '../../../uapi/dialect.ts'
import type { Difference } from '../program/model-difference.ts'
import { planOf, type Program } from '../program/fuzz-program.ts'
import type { Subject } from '../program/world.ts'

/** What is known of the kernel before anything runs, and how its log is read. */
interface BenchOptions {
  readonly dialect: Dialect
  readonly available: Subject['available']
  readonly read: ReadSplats
}

/** The parts of an instance that a bench uses. */
export type BenchInstance = {
  readonly agent: Pick<Agent, 'vm' | 'runProgram' | 'reset' | 'patience' | 'newCode'>
  readonly console: Pick<Instance['console'], 'mark' | 'since'>
  readonly catchUp: () => Promise<void>
}

/** The kernel printed a splat while a program ran: the instance may be damaged, so no other program may run in it. */
class SplatSeen extends Error {
  override readonly name = 'SplatSeen'
}

/** The time that a vCPU has for one access, in milliseconds. */
const guestMilliseconds = 20_000
/** The kernel may return the huge pages of a closed file later; this long, a new file waits for them. */
const poolMilliseconds = 5000
const pauseMilliseconds = 50

export class Bench {
  readonly #instance: BenchInstance
  readonly #options: BenchOptions
  #subject: Subject | undefined

  constructor(instance: BenchInstance, options: BenchOptions) {
    this.#instance = instance
    this.#options = options
  }

  /** Returns the kernel with the nested VM for programs, which the first call makes. */
  async subject(): Promise<Subject> {
    if (this.#subject !== undefined) return this.#subject
    const { agent } = this.#instance
    const { vm } = await must(agent.vm.create())
    const { vcpu } = await must(agent.vm.createVcpu(vm))
    const timeout = agent.patience.for(guestMilliseconds)
    const { dialect, available } = this.#options
    return (this.#subject = { dialect, available, timeout, vm, vcpu })
  }

  /** Closes everything: the next program gets a new nested VM. */
  async renew(): Promise<void> {
    this.#subject = undefined
    await this.#instance.agent.reset()
  }

  /**
   * Returns the basic blocks of the kernel that the instance has entered for the first time since the last call.
   * @throws {GuestError} when the kernel cannot trace them
   */
  async newCode(): Promise<readonly bigint[]> {
    const { addresses } = await must(this.#instance.agent.newCode())
    return addresses
  }

  /**
   * Runs a program, and returns the first difference to the model. Nothing of a program is left for the next one.
   * @throws {SplatSeen} when the kernel printed a splat
   * @throws {UsageError} STEP_IMPOSSIBLE, {ProtocolError} when the agent does not answer
   */
  async run(program: Program): Promise<Difference | undefined> {
    const begin = this.#instance.console.mark()
    const difference = await this.#withMemory(program)
    await this.#instance.catchUp()
    const lines = this.#instance.console.since(begin)
    const [splat] = lines.length === 0 ? [] : this.#options.read(lines).splats
    if (splat !== undefined) throw new SplatSeen(splat.title)
    if (difference !== undefined) await this.renew()
    return difference
  }

  /** Runs a program again while there is no memory for its file yet. */
  async #withMemory(program: Program): Promise<Difference | undefined> {
    const end = performance.now() + this.#instance.agent.patience.for(poolMilliseconds)
    for (;;) {
      const plan = planOf(program, await this.subject())
      const difference = await plan.run(this.#instance.agent.runProgram)
      const lacksMemory = difference?.step === 'setup' && difference.found === 'ENOMEM'
      if (!lacksMemory || performance.now() > end) return difference
      await setTimeout(pauseMilliseconds)
    }
  }
}
