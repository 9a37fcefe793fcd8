// The code of the kernel that a campaign has reached, and the programs that were the first to reach some of it.
import type { Program } from '../program/fuzz-program.ts'
import type { PageSize } from '../program/world.ts'

/** Later sequences go on from the programs that are kept here. */
export class Frontier {
  readonly #reached = new Set<bigint>()
  readonly #kept: Program[] = []
  #earlier: readonly Program[]
  readonly #save: (program: Program) => Promise<void>

  /**
   * @param earlier the programs that other campaigns have kept; they are tried first
   * @param save is called for each program that is kept, at once: a campaign may be interrupted
   */
  constructor(earlier: readonly Program[] = [], save: (program: Program) => Promise<void> = async () => undefined) {
    this.#earlier = earlier
    this.#save = save
  }

  /** The number of basic blocks that programs have reached. */
  get blocks(): number {
    return this.#reached.size
  }

  /** The programs that have reached new code, the first one first. */
  get kept(): readonly Program[] {
    return this.#kept
  }

  keptOf(size: PageSize): readonly Program[] {
    return this.#kept.filter(({ shape }) => shape.pageSize === size)
  }

  /** Returns the programs of earlier campaigns for files of this size of pages, once. */
  takeEarlier(size: PageSize): readonly Program[] {
    const taken = this.#earlier.filter(({ shape }) => shape.pageSize === size)
    this.#earlier = this.#earlier.filter((program) => !taken.includes(program))
    return taken
  }

  /** Keeps a program if it has reached a basic block that none before it has. */
  async add(program: Program, addresses: readonly bigint[]): Promise<void> {
    const before = this.#reached.size
    for (const address of addresses) this.#reached.add(address)
    if (this.#reached.size === before) return
    this.#kept.push(program)
    await this.#save(program)
  }
}
