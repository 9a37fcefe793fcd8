// The indentation of the open tests of a document. Headers nest tests, and a log may have lost its indentation; but where
// lines are indented, it tells where a test without a header begins, and where one ends that did not come to its end.
import type { Classified } from './cursor.ts'
import type { LogLine } from './log-lines.ts'
import { indentOf } from './prefix.ts'

const resultLine = /^\s*(?:not ok|ok)\b/
/** A deeper indentation counts as this one. */
const deepest = 254
const none = 255

export class Levels {
  /** Of each line, the indentation of the first later result that is less indented: the result of a parent. */
  readonly #parents: Uint8Array
  readonly #open: number[] = []
  #isIndented = false

  constructor(lines: readonly LogLine[]) {
    this.#parents = new Uint8Array(lines.length)
    // Nearest last; each is more indented than those behind it.
    const results: number[] = []
    for (let index = lines.length - 1; index >= 0; index -= 1) {
      const text = lines[index]?.text ?? ''
      const indent = levelOf(text)
      this.#parents[index] = results.findLast((other) => other < indent) ?? none
      if (!resultLine.test(text)) continue
      while ((results.at(-1) ?? -1) >= indent) results.pop()
      results.push(indent)
    }
  }

  /** Whether any header was more indented than the first line of the document. */
  get isIndented(): boolean {
    return this.#isIndented
  }

  /** Begins a test with its first line; the document begins with nothing when its beginning is lost. */
  begin(line: Classified | undefined): void {
    const indent = line === undefined ? 0 : levelOf(line.text)
    const isHeader = line?.parsed.kind === 'version' || line?.parsed.kind === 'subtest'
    if (isHeader && indent > (this.#open[0] ?? indent)) this.#isIndented = true
    this.#open.push(indent)
  }

  /** Begins a test that has no header, of which the lines are as much indented as this. */
  beginBare(indent: number): void {
    this.#open.push(indent)
  }

  /** Ends the test that was begun last. */
  end(): void {
    this.#open.pop()
  }

  /**
   * Gives the indentation of a test that begins with this line although it has no header: by its plan, or, in a document whose
   * beginning is lost, by its first result or the header of its first subtest. Nothing when no such test begins.
   */
  bareLevel({ parsed: { kind }, text }: Classified, position: number, isHeadless: boolean): number | undefined {
    const parent = this.#parents[position] ?? none
    const indent = levelOf(text)
    if (parent === none || indent <= this.#last) return undefined
    if (kind === 'plan' || (kind === 'result' && isHeadless)) return indent
    return kind === 'version' && isHeadless && parent > this.#last ? parent : undefined
  }

  /** Whether a line is less indented than the first line of the open test. */
  isOutside({ text }: Classified): boolean {
    return levelOf(text) < this.#last
  }

  /** Whether a line is more indented than the first line of the open test. */
  isInside({ text }: Classified): boolean {
    return levelOf(text) > this.#last
  }

  /** Whether the header of another test shows that the open one is over. */
  isEndedBy(line: Classified): boolean {
    return this.#open.length > 1 && line.parsed.kind === 'version' && this.isOutside(line)
  }

  get #last(): number {
    return this.#open.at(-1) ?? 0
  }
}

function levelOf(text: string): number {
  return Math.min(indentOf(text), deepest)
}
