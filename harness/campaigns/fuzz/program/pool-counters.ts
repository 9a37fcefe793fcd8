// The pool of huge pages while a program runs: what the file has taken from it, and what it has reserved there.
import { decodeBatch, encodeBatch } from '../../../agent/files.ts'
import { poolDirectory, type HugePageSize } from '../../../base/huge-page-sizes.ts'
import type { Expected } from './model-difference.ts'
import type { Plan } from './plan.ts'

interface Counters {
  readonly total: number
  readonly free: number
  readonly reserved: number
}

/** What a file has of a pool, in huge pages. */
export interface Share {
  /** Not free any more. */
  readonly taken: number
  /** Promised to the file, and not taken. */
  readonly reserved: number
}

/** Compares the counters of a pool with those from before the program. */
export class PoolCounters {
  readonly #size: HugePageSize
  #before: Counters | undefined

  constructor(size: HugePageSize) {
    this.#size = size
  }

  /** Reads the counters before the file is made. */
  begin(plan: Plan): void {
    const read = (tail: Buffer): boolean => {
      this.#before = this.#countersIn(tail)
      return true
    }
    this.#add(plan, { tail: { field: 'the pool before', wanted: true, read } })
  }

  /** Compares what the file has of the pool. */
  expect(plan: Plan, { taken, reserved }: Share): void {
    const wanted = describe({ taken, reserved })
    const read = (tail: Buffer): string => {
      const [before, now] = [this.#before, this.#countersIn(tail)]
      // The pages of an earlier file may still come back.
      if (before === undefined || before.free !== before.total) return wanted
      return describe({ taken: before.free - now.free, reserved: now.reserved - before.reserved })
    }
    this.#add(plan, { tail: { field: 'the pool', wanted, read } })
  }

  /** Compares the promises after the file is closed: its pages may still come back. */
  end(plan: Plan): void {
    const read = (tail: Buffer): number => this.#countersIn(tail).reserved - (this.#before?.reserved ?? 0)
    this.#add(plan, { tail: { field: 'reserved pages of the pool', wanted: 0, read } })
  }

  #add(plan: Plan, expected: Expected<'fileBatch'>): void {
    const files = this.#files()
    plan.add('fileBatch', { files: files.length }, expected, { tail: encodeBatch(files) })
  }

  #files(): readonly { readonly path: string }[] {
    return ['nr', 'free', 'resv'].map((name) => ({ path: `${poolDirectory(this.#size)}/${name}_hugepages` }))
  }

  #countersIn(tail: Buffer): Counters {
    const [total = NaN, free = NaN, reserved = NaN] = decodeBatch(this.#files(), tail).map(({ text }) => Number(text))
    return { total, free, reserved }
  }
}

function describe({ taken, reserved }: Share): string {
  return `${taken} taken, ${reserved} reserved`
}
