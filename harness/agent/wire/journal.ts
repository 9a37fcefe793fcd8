// The last operations as readable lines, for the diagnostics of a scenario that failed.

/** Enough to see how a page got into its state, and not too much to read. */
const linesKept = 100

/** Keeps the newest lines and hands each one on. */
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
