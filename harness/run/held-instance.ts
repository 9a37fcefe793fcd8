// The instance of a worker: taken from the pool, checked, and closed after its console was read to the end.
import type { ReadSplats } from '../console/read-splats.ts'
import { checkInstance, type CheckedInstance } from '../instance/checked-instance.ts'
import type { Late } from '../judge/late.ts'
import type { BootProfile } from '../vm/profile.ts'
import type { Test } from './test.ts'
import type { RunOptions } from './run-options.ts'
import type { RunState } from './run-state.ts'

type Options = Pick<RunOptions, 'instances' | 'signal' | 'isolation' | 'dialect' | 'needsDialect' | 'expectSkips'>

export interface HeldInstanceOptions {
  readonly options: Options
  readonly state: RunState
  /** The number of the worker. */
  readonly worker: number
  readonly read: ReadSplats
  /** Called when an instance is closed, with the splats and the death after the window of its last test. */
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

  /** Tells whether the current instance has this profile. */
  isOf(profile: BootProfile): boolean {
    return this.#held?.profile === profile
  }

  /**
   * Returns the current instance if a test of this profile may run in it, or else a new one.
   * @throws the errors of the pool and of `checkInstance`
   */
  async of(profile: BootProfile, { leavesNothing }: Pick<Test, 'leavesNothing'>): Promise<CheckedInstance> {
    const { options, state, worker, read } = this.#given
    const { instances, signal, isolation } = options
    const held = this.#held
    const isWatched = held?.watch !== undefined || !leavesNothing
    if (held?.profile === profile && isWatched && !(held.isUsed && isolation !== 'none')) return held
    await this.letGo()
    const instance = await instances.next(profile, { signal, worker })
    const checked = await checkInstance(instance, profile, { ...options, read, isWatched: leavesNothing })
    this.#held = checked
    state.learn(checked)
    return checked
  }

  /** Returns the splats on the console since the window of the last test. */
  sinceThen(): Late {
    const held = this.#held
    return held === undefined ? { splats: [], allowed: [] } : this.#given.read(held.instance.console.since(held.window))
  }

  /** Closes the current instance, if there is one. */
  async letGo(): Promise<void> {
    const held = this.#held
    // Closing the instance is a death as well, so an earlier death is looked up first.
    const death = await Promise.race([held?.instance.died, Promise.resolve(undefined)])
    try {
      await held?.instance[Symbol.asyncDispose]()
    } finally {
      // Its console is complete now.
      const late = this.sinceThen()
      this.#held = undefined
      await this.#given.onGone({ ...late, ...(death === undefined ? {} : { death }) })
    }
  }
}
