// The KTAP of a kernel's log: from the first version line on, without what stands before each line.

/** A line of a log that may belong to its KTAP. */
export interface LogLine {
  /** Its number in the log, from 1. */
  readonly number: number
  readonly text: string
}

const start = /(?<protocol>KTAP|TAP) version \d+$/
const end = /List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted/
const executorError = /kunit executor: /

/** The lines of a text, whatever ends them: a serial console sends a carriage return before each line feed. */
export function linesOf(text: string): LogLine[] {
  const lines = text.split(/\r*\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => ({ number: index + 1, text: line.trimEnd() }))
}

/** What an isolated log consists of. */
export interface Isolated {
  /** From the version line on; none when there is no version line. */
  readonly lines: readonly LogLine[]
  /** Whether it is TAP and no log of a kernel: nothing stands before its version line. */
  readonly isPlainTap: boolean
  /** What KUnit itself said before it began. */
  readonly errors: readonly LogLine[]
}

/**
 * Leaves out all that comes before the first version line, and as many characters of each later line as stand before
 * `TAP` in that one (a timestamp, a thread). Ends where a kernel without a root file system gives up, which is how KUnit
 * ends.
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
