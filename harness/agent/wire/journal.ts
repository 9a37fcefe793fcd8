// The last operations as readable lines, for the diagnostics of a failed test.

/** Enough lines to see how a page came into its state, and few enough to read. */
const linesKept = 100

/** Keeps the newest lines and passes each one on. */
export class Journal {
  readonly #lines: string[] = []
  readonly #onOperation: ((line: string) => void) | undefined

  constructor(onOperation: ((line: string) => void) | undefined) {
    this.#onOperation = onOperation
  }

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > linesKept) this.#lines.shift()
    this.#onOperation?.(line)
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return [...this.#lines]
  }
}
