// The tests that run now, and how many have ended, as the progress line tells it.
import type { ReportEvent } from '../events.ts'
import { elapsed } from './status-line.ts'

/** Follows the events of a run as they happen: not in the order of the plan. */
export class RunningTests {
  /** When each of them began, in milliseconds; the one that began first comes first. */
  readonly #begins = new Map<string, number>()
  readonly #now: () => number
  #ended = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Takes an event; returns whether it says anything about the tests. */
  add(event: ReportEvent): boolean {
    if (event.type === 'test-finished') {
      this.#begins.delete(event.name)
      this.#ended += 1
      return true
    }
    if (event.type !== 'test-started') return false
    if (!this.#begins.has(event.name)) this.#begins.set(event.name, this.#now())
    return true
  }

  /** Returns `[12/223 ended] longest-running-test 1:05, and 1 more`. */
  text(planned: number): string {
    const head = `[${this.#ended}/${planned} ended]`
    const [first] = this.#begins
    if (first === undefined) return `${head} getting an instance`
    const [name, begin] = first
    const more = this.#begins.size > 1 ? `, and ${this.#begins.size - 1} more` : ''
    return `${head} ${name} ${elapsed(this.#now() - begin)}${more}`
  }
}
