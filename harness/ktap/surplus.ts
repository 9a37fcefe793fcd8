// The results after the last planned test of a stream, which are not counted.
import { plural } from '../base/plural.ts'
import type { Classified } from './cursor.ts'
import type { Problem } from './tree.ts'

/** How many of the results the problem names. */
const mostNames = 5

export class Surplus {
  readonly #names: string[] = []
  #count = 0
  #first: number | undefined
  #hasFailure = false

  /** Takes note of a line; only results count. */
  add({ number, parsed }: Classified): void {
    if (parsed.kind !== 'result') return
    this.#first ??= number
    this.#count += 1
    if (this.#names.length < mostNames) this.#names.push(parsed.name || '(no name)')
    if (!parsed.ok && parsed.directive !== 'SKIP') this.#hasFailure = true
  }

  /** Whether any of the results is a failure. */
  get hasFailure(): boolean {
    return this.#hasFailure
  }

  /** Describes the results behind so many planned tests; nothing when there are none. */
  problem(planned: number): Omit<Problem, 'test'> | undefined {
    if (this.#first === undefined) return undefined
    const results = `${plural(this.#count, 'result')} after the ${plural(planned, 'planned test')}`
    const names = `${this.#names.join(', ')}${this.#count > mostNames ? ', …' : ''}`
    const are = this.#count === 1 ? 'is' : 'are'
    return { line: this.#first, problem: `${results}, which ${are} not counted: ${names}` }
  }
}
