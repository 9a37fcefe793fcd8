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
  /** Where a block of YAML ends whose lines mean nothing here. */
  #yamlEnd = 0

  constructor(lines: readonly LogLine[], numbering: Numbering) {
    this.#lines = lines
    this.#numbering = numbering
    this.#read()
  }

  /** The line that it stands at; nothing at the end. */
  get current(): Classified | undefined {
    return this.#current
  }

  /** How many lines it has left behind. */
  get position(): number {
    return this.#position
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
    const isAfterResult = this.#current?.parsed.kind === 'result'
    if (isAfterResult && this.#numbering === 'optional') this.#yamlEnd = this.#endOfYaml()
    const isYaml = this.#position < this.#yamlEnd
    this.#current = line && {
      ...line,
      parsed: isYaml ? { kind: 'text' } : classify(line.text, this.#numbering),
    }
  }

  /** The line behind the block of YAML that begins here; 0 when none does, or it does not end. */
  #endOfYaml(): number {
    const indent = /^(?<indent>\s+)---$/.exec(this.#lines[this.#position]?.text ?? '')?.groups?.['indent']
    if (indent === undefined) return 0
    for (let end = this.#position + 1; end < this.#lines.length; end += 1) {
      const text = this.#lines[end]?.text ?? ''
      if (text === `${indent}...`) return end + 1
      if (text !== '' && !text.startsWith(indent)) return 0
    }
    return 0
  }
}
