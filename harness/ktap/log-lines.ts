// Splits a log into lines, and leaves out what cannot tell anything about a result.
import { stripVTControlCharacters } from 'node:util'

/** A line of a log that may belong to its KTAP. */
export interface LogLine {
  /** Its number in the log, from 1. */
  readonly number: number
  readonly text: string
}

/** The lines of a log, or of its beginning. */
export interface LogLines {
  readonly lines: readonly LogLine[]
  /** The number of the last line that is read, when the log has more lines than are read. */
  readonly cutAt?: number
}

/** The rest of a longer line is left out. */
const longestLine = 8192
/** How many lines are read, other text apart. */
const mostLines = 500_000
/** Other text is only kept to show it with a failure; so many lines of it in front of each other line. */
const keptText = 200
/** What all lines have that KTAP, YAML, or the reader of logs knows. */
const telling = /ok|1\.\.|version|#|bail|---|\.\.\.|kunit|partitions|panic|halted/i
const control = /[^\P{Cc}\t]/u
const allControl = /[^\P{Cc}\t]/gu

/** Gives the lines that are not blank, without escape sequences, control characters and blanks at their ends. */
export function linesOf(text: string): LogLines {
  const lines: LogLine[] = []
  let other: LogLine[] = []
  for (const line of eachLine(text)) {
    if (line.text === '') continue
    if (telling.test(line.text)) {
      for (const kept of other.slice(-keptText)) lines.push(kept)
      other = []
      lines.push(line)
      if (lines.length >= mostLines) return { lines, cutAt: line.number }
    } else other.push(line)
    if (other.length >= 2 * keptText) other = other.slice(-keptText)
  }
  return { lines: [...lines, ...other.slice(-keptText)] }
}

/** A serial console sends carriage returns before a line feed; a carriage return alone ends a line, too. */
function* eachLine(text: string): Generator<LogLine> {
  // A byte order mark comes first in a file, and again where files were joined. Mails and web pages have other blanks.
  const plain = text.replaceAll('\uFEFF', '').replaceAll('\u00A0', ' ')
  let number = 0
  let feed = -1
  let back = -1
  for (let start = 0; start < plain.length;) {
    if (feed < start) feed = positionOf('\n', plain, start)
    if (back < start) back = positionOf('\r', plain, start)
    const end = Math.min(feed, back)
    number += 1
    yield { number, text: cleaned(plain.slice(start, Math.min(end, start + longestLine))) }
    start = end
    while (plain.charCodeAt(start) === 0x0d) start += 1
    if (plain.charCodeAt(start) === 0x0a) start += 1
  }
}

function positionOf(character: string, text: string, from: number): number {
  const found = text.indexOf(character, from)
  return found === -1 ? text.length : found
}

function cleaned(line: string): string {
  const text = line.trimEnd()
  return control.test(text) ? stripVTControlCharacters(text).replaceAll(allControl, '').trimEnd() : text
}
