// A test of a KTAP document while it is read.
import type { Classified } from './cursor.ts'
import type { LogLine } from './log-lines.ts'
import type { ResultLine } from './line.ts'
import { summarised, type KtapTest, type Status } from './tree.ts'

export interface Draft {
  name: string
  /** The status that the test gives itself. */
  said: Status
  planned?: number
  skip?: string
  result?: ResultLine & { readonly line: number }
  /** How much larger the numbers of its subtests are than they should be, since the first of them are lost. */
  offset?: number | undefined
  readonly tests: KtapTest[]
  readonly log: LogLine[]
}

/** Begins a test: without a result it has crashed. */
export function draft(log: readonly LogLine[], offset?: number): Draft {
  return { name: '', said: 'crashed', tests: [], log: [...log], offset }
}

/** Adds lines to the output of a test: more than a call can have as arguments. */
export function append(test: Draft, log: readonly LogLine[]): void {
  for (const line of log) test.log.push(line)
}

/** Makes the test, with the results that its runner has quoted. */
export function finished(test: Draft, quoted?: readonly KtapTest[]): KtapTest {
  const { name, said, planned, result, tests } = test
  const { status, counts } = summarised(said, tests)
  const isQuiet = status === 'passed' || status === 'skipped' || test.log.length === 0
  return {
    name,
    status,
    ...(result === undefined ? {} : { line: result.line }),
    ...(result?.directive === undefined ? {} : { directive: result.directive }),
    ...(result?.reason === undefined ? {} : { reason: result.reason }),
    ...(planned === undefined ? {} : { planned }),
    counts,
    tests,
    ...(quoted === undefined ? {} : { quoted }),
    ...(isQuiet ? {} : { log: test.log.map(({ text }) => text) }),
  }
}

/** Gives the status of a result line. A failure that TAP expects is none; KTAP counts it. */
export function saidBy({ ok, directive }: ResultLine, protocol: 'TAP' | 'KTAP'): Status {
  if (directive === 'SKIP' || (directive === 'TODO' && protocol === 'TAP' && !ok)) return 'skipped'
  return ok ? 'passed' : 'failed'
}

/** Whether a line is the result of the test of this name. */
export function isResultOf({ parsed }: Classified, name: string): boolean {
  return parsed.kind === 'result' && parsed.name === name
}
