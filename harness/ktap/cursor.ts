// Steps through the lines of a document and classifies each.
import { classify, type KtapLine, type Numbering } from './line.ts'
import type { LogLine } from './log-lines.ts'

/** A line and its kind. */
export type Classified = LogLine & { readonly parsed: KtapLine }

/** Reads forward only. */
export class Cursor {
  readonly #lines: readonly LogLine[]
  readonly #numbering: Numbering
  #position = 0
  #current: Classified | undefined
  /** The end of the present block of YAML; its lines are plain text. */
  #yamlEnd = 0
  /** Up to which line there is no end of a block with this indentation. */
  readonly #endless = new Map<string, number>()

  constructor(lines: readonly LogLine[], numbering: Numbering) {
    this.#lines = lines
    this.#numbering = numbering
    this.#read()
  }

  /** The present line; nothing at the end. */
  get current(): Classified | undefined {
    return this.#current
  }

  /** How many lines were read before the present one. */
  get position(): number {
    return this.#position
  }

  /** The number of the present line, or at the end that of the last line. */
  get lineNumber(): number {
    return this.#current?.number ?? this.#lines.at(-1)?.number ?? 1
  }

  /** Goes to the next line and returns the line before it. */
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

  /** Finds the line behind the block of YAML that begins here; 0 without such a block, or when it has no end. */
  #endOfYaml(): number {
    const indent = /^(?<indent>\s+)---$/.exec(this.#lines[this.#position]?.text ?? '')?.groups?.['indent']
    if (indent === undefined || this.#position < (this.#endless.get(indent) ?? 0)) return 0
    let end = this.#position + 1
    for (; this.#lines[end]?.text.startsWith(indent) === true; end += 1) {
      if (this.#lines[end]?.text === `${indent}...`) return end + 1
    }
    this.#endless.set(indent, end)
    return 0
  }
}
