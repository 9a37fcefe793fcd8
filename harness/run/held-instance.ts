// The instance that a worker has at hand: taken from the pool, checked, and given back with all that its console said.
import type { ReadSplats } from '../console/read-splats.ts'
import { checkInstance, type CheckedInstance } from '../instance/checked-instance.ts'
import type { Late } from '../judge/late.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { RunOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'

type Options = Pick<RunOptions, 'instances' | 'signal' | 'isolation' | 'dialect' | 'expectSkips'>

export interface HeldInstanceOptions {
  readonly options: Options
  readonly state: RunState
  /** The number of the worker. */
  readonly worker: number
  readonly read: ReadSplats
  /** Called when an instance is gone, with what came out of it after the window of its last test. */
  readonly onGone: (late: Late) => Promise<void>
}

export class HeldInstance {
  readonly #given: HeldInstanceOptions
  #held: CheckedInstance | undefined

  constructor(given: HeldInstanceOptions) {
    this.#given = given
  }

  get current(): CheckedInstance | undefined {
    return this.#held
  }

  /** Whether the instance at hand was made for this profile. */
  isOf(profile: BootProfile): boolean {
    return this.#held?.profile === profile
  }

  /**
   * Returns the instance at hand if it will do, or a new one.
   * @throws what the pool and `checkInstance` throw
   */
  async of(profile: BootProfile): Promise<CheckedInstance> {
    const { options, state, worker, read } = this.#given
    const { instances, signal, isolation } = options
    const held = this.#held
    if (held?.profile === profile && !(held.isUsed && isolation !== 'none')) return held
    await this.letGo()
    const instance = await instances.next(profile, { signal, worker })
    const checked = await checkInstance(instance, profile, { ...options, read })
    this.#held = checked
    state.learn(checked)
    return checked
  }

  /** Returns what the console has said since the window of the last test. */
  sinceThen(): Late {
    const held = this.#held
    return held === undefined
      ? { splats: [], allowed: [] }
      : this.#given.read(held.instance.console.since(held.window))
  }

  async letGo(): Promise<void> {
    const held = this.#held
    // Closing the instance is a death as well: how it died is asked before.
    const death = await Promise.race([held?.instance.died, Promise.resolve(undefined)])
    await held?.instance[Symbol.asyncDispose]()
    // Its console is complete now.
    const late = this.sinceThen()
    this.#held = undefined
    await this.#given.onGone({ ...late, ...(death === undefined ? {} : { death }) })
  }
}
