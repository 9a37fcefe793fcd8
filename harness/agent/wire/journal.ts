// The last operations as readable lines, for the diagnostics of a failed test.

/** Enough lines to see how a page came into its state, and few enough to read. */
const linesKept = 100

/** What follows the request in the line of an operation without an answer. */
export const noAnswer = ' = no answer'

/** Ends the line of an operation; `result` follows the request. */
export type EndOperation = (result: string) => void

/** Keeps the newest lines and passes each one on. */
export class Journal {
  readonly #lines: string[] = []
  readonly #open: Set<{ readonly request: string }> = new Set()
  readonly #onOperation: ((line: string) => void) | undefined

  constructor(onOperation: ((line: string) => void) | undefined) {
    this.#onOperation = onOperation
  }

  /** Notes that the agent now executes an operation. Call the result when the operation has ended. */
  begin(request: string): EndOperation {
    const operation = { request }
    this.#open.add(operation)
    return (result) => {
      if (!this.#open.delete(operation)) return
      const line = `${request}${result}`
      this.#lines.push(line)
      if (this.#lines.length > linesKept) this.#lines.shift()
      this.#onOperation?.(line)
    }
  }

  /** Oldest first. An operation that has not ended is the last one: a kernel that panics in it never answers. */
  get lines(): readonly string[] {
    return [...this.#lines, ...Array.from(this.#open, ({ request }) => `${request}${noAnswer}`)]
  }
}
