// Extracts the KTAP of a kernel's log: from the first version line on, without the prefixes of the lines.

/** A line of a log that may belong to its KTAP. */
export interface LogLine {
  /** Its number in the log, from 1. */
  readonly number: number
  readonly text: string
}

const start = /(?<protocol>KTAP|TAP) version \d+$/
const end = /List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted/
const executorError = /kunit executor: /

/** Splits a text into lines. A serial console sends a carriage return before each line feed. */
export function linesOf(text: string): LogLine[] {
  const lines = text.split(/\r*\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => ({ number: index + 1, text: line.trimEnd() }))
}

/** The KTAP in a log. */
export interface Isolated {
  /** From the version line on; none when there is no version line. */
  readonly lines: readonly LogLine[]
  /** Whether the log is plain TAP: its version line has no prefix. */
  readonly isPlainTap: boolean
  /** The errors that KUnit itself printed before the version line. */
  readonly errors: readonly LogLine[]
}

/**
 * Leaves out the lines before the first version line, and the prefix (time stamp, thread) of each later line: as many
 * characters as the version line has before `TAP`. Ends where a kernel without a root file system gives up, as a run of
 * KUnit does.
 */
export function isolate(log: readonly LogLine[]): Isolated {
  const first = log.findIndex(({ text }) => start.test(text))
  const errors = (first === -1 ? log : log.slice(0, first)).filter(({ text }) => executorError.test(text))
  if (first === -1) return { lines: [], isPlainTap: false, errors }
  const version = start.exec(log[first]?.text ?? '')
  const prefix = version?.index ?? 0
  const isPlainTap = prefix === 0 && version?.groups?.['protocol'] === 'TAP'
  const last = log.findIndex(({ text }, index) => index > first && end.test(text))
  const lines = log.slice(first, last === -1 ? undefined : last)
  const shortened = lines.map(({ number, text }) => ({ number, text: text.slice(prefix) }))
  return { lines: shortened, isPlainTap, errors }
}
