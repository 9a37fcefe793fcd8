// Collects the faults of a log, each with the tests that it is in.
import type { Problem } from './tree.ts'

/** Further problems are only counted. */
const mostProblems = 1000
/** How much of the names of the tests a problem has: tests of a log may be nested deeply, and their names may be long. */
const mostNames = 10
const longestName = 200

export class Problems {
  readonly #problems: Problem[] = []
  readonly #path: string[] = []
  #omitted = 0
  #lastLine = 1

  /** How many tests are open. */
  get depth(): number {
    return this.#path.length
  }

  /** Begins a test, which the following problems are in. */
  enter(name: string): void {
    this.#path.push(name)
  }

  /** Gives the test that was begun last its name. */
  rename(name: string): void {
    this.#path[this.#path.length - 1] = name
  }

  /** Ends the test that was begun last. */
  leave(): void {
    this.#path.pop()
  }

  report(line: number, problem: string): void {
    this.#lastLine = Math.max(this.#lastLine, line)
    if (this.#problems.length >= mostProblems) this.#omitted += 1
    else this.#problems.push({ line, test: this.#names(), problem })
  }

  /** Gives all problems in the order of their lines. */
  inOrder(): Problem[] {
    const sorted = this.#problems.toSorted((left, right) => left.line - right.line)
    if (this.#omitted === 0) return sorted
    return [...sorted, { line: this.#lastLine, test: '', problem: `and ${this.#omitted} more problems` }]
  }

  #names(): string {
    const names = this.#path.filter((name) => name !== '').map((name) => name.slice(0, longestName))
    const shown = names.length > mostNames ? [...names.slice(0, mostNames), '…'] : names
    return shown.join(' > ')
  }
}
