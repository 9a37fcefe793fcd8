// The lines of a document, one after the other, with what is not KTAP taken out of the way.
import type { LogLine } from './extract.ts'
import { classify } from './line.ts'
import type { KtapLine, Numbering } from './line.ts'

/** A line and what kind it is. */
export type Classified = LogLine & { readonly parsed: KtapLine }

/** Reads forward only; knows the line that it stands at. */
export class Cursor {
  readonly #lines: readonly LogLine[]
  readonly #numbering: Numbering
  #position = 0
  #current: Classified | undefined

  constructor(lines: readonly LogLine[], numbering: Numbering) {
    this.#lines = lines
    this.#numbering = numbering
    this.#read()
  }

  /** The line that it stands at; nothing at the end. */
  get current(): Classified | undefined {
    return this.#current
  }

  /** The number of the line that it stands at, or at the end of the last one. */
  get lineNumber(): number {
    return this.#current?.number ?? this.#lines.at(-1)?.number ?? 1
  }

  /** Goes to the next line and answers with the one that it has left. */
  advance(): Classified | undefined {
    const left = this.#current
    this.#position += 1
    this.#read()
    return left
  }

  #read(): void {
    const line = this.#lines[this.#position]
    this.#current = line && { ...line, parsed: classify(line.text, this.#numbering) }
  }
}
