// Programs of one search, run one after the other until trouble ends it.
import { tryPlan, type Program } from '../program/fuzz-program.ts'
import { fingerprintOf, type Difference } from '../program/model-difference.ts'
import type { Bench } from './bench.ts'
import type { Frontier } from './frontier.ts'

/** Runs the programs of a search; after the first trouble, or an abort, it runs no further one. */
export class Trials {
  readonly #bench: Bench
  readonly #signal: AbortSignal
  /** What a program ended in, when it was no difference: a splat, a hang, the death of the instance. */
  #trouble: { readonly error: unknown } | undefined

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench
    this.#signal = signal
  }

  /** True when no further program runs. */
  get isOver(): boolean {
    return this.#trouble !== undefined || this.#signal.aborted
  }

  /** @throws the reason of the abort, or what a program ended in */
  throwIfOver(): void {
    this.#signal.throwIfAborted()
    if (this.#trouble !== undefined) throw this.#trouble.error
  }

  /** Returns the difference to the model that a program shows. `keeper` keeps the program if it reaches new code. */
  async differenceOf(program: Program, keeper?: Frontier): Promise<Difference | undefined> {
    if (this.isOver) return undefined
    try {
      const difference = await this.#bench.run(program)
      if (keeper === undefined) return difference
      // What a program with a difference has reached is not for the next one.
      const reached = await this.#bench.newCode()
      if (difference === undefined) await keeper.add(program, reached)
      return difference
    } catch (error) {
      this.#trouble = { error }
      return undefined
    }
  }

  /** Returns the difference of a smaller program, if it is possible and shows the same kind. */
  async sameDifferenceOf(program: Program, fingerprint: string): Promise<Difference | undefined> {
    if (!(await this.isPossible(program))) return undefined
    const difference = await this.differenceOf(program)
    return difference !== undefined && fingerprintOf(difference) === fingerprint ? difference : undefined
  }

  /** Tells whether the model allows all steps of a program, on this kernel. */
  async isPossible(program: Program): Promise<boolean> {
    return tryPlan(program, await this.#bench.subject()) !== undefined
  }
}
