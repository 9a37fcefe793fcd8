// Extracts the KTAP of a kernel's log: from the first version line on, without the prefixes of the lines.
import type { Numbering } from './line.ts'
import { classify } from './line.ts'
import type { LogLine } from './log-lines.ts'
import { indentOf, leadOf, withoutPrefix, withoutQuote, type Lead } from './prefix.ts'

const version = /(?<protocol>KTAP|TAP) version \d+$/
const end = /List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted/
const executorError = /kunit executor: /
/** A number is what tells a result from other text, wherever it is in a log. */
const numbered = /^\s*(?:not ok|ok) \d+\b/
const printkPrefix = leadOf('[    0.000000] ')?.prefix

/** The KTAP in a log. */
export interface Isolated {
  readonly lines: readonly LogLine[]
  /** Missing when the log has no version line; the lines are all of the log then. */
  readonly protocol?: 'TAP' | 'KTAP'
  readonly numbering: Numbering
  /** The first version line is not that of the whole document, whose beginning is lost. */
  readonly isHeadless: boolean
  /** Lines before the version line that are problems: errors of KUnit itself, and failures that the document does not have. */
  readonly errors: readonly LogLine[]
}

/**
 * Leaves out the lines before the first version line, and the prefix of each later line. Ends where a kernel without a root
 * file system gives up, as a run of KUnit does. When results after the first version line are less indented, or not quoted
 * as it is, it is the one of a subtest: the document is all of the log then.
 */
export function isolate(log: readonly LogLine[]): Isolated {
  const found = firstVersion(log)
  const errors = log.slice(0, found?.index).filter(({ text }) => executorError.test(text))
  if (found === undefined) {
    const lines = log.map(({ number, text }) => ({ number, text: withoutPrefix(text, printkPrefix) }))
    const isTap = log.some(({ text }) => /^1\.\.\d+\b/.test(text))
    return { lines, numbering: isTap ? 'optional' : 'required', isHeadless: false, errors }
  }
  const { index: first, lead, protocol } = found
  const last = log.findIndex(({ text }, index) => index > first && end.test(text))
  const all = (last === -1 ? log : log.slice(0, last)).map(({ number, text }) => ({
    number,
    text: withoutPrefix(text, lead.prefix),
  }))
  const numbering = protocol === 'TAP' && !lead.isKernel ? 'optional' : 'required'
  if (isPart(lead, all.slice(first))) return { lines: all, protocol, numbering: 'required', isHeadless: true, errors }
  const lines = all.slice(first)
  const lost = all.slice(0, first).filter(({ text }) => isFailure(text))
  return {
    lines: lead.isQuoted ? lines.map(({ number, text }) => ({ number, text: withoutQuote(text) })) : lines,
    protocol,
    numbering,
    isHeadless: false,
    errors: [
      ...errors,
      ...lost.map(({ number, text }) => ({ number, text: `before the version line: ${text.trim()}` })),
    ],
  }
}

function firstVersion(
  log: readonly LogLine[],
): { readonly index: number; readonly lead: Lead; readonly protocol: 'TAP' | 'KTAP' } | undefined {
  for (const [index, { text }] of log.entries()) {
    const found = version.exec(text)
    const lead = found === null ? undefined : leadOf(text.slice(0, found.index))
    if (lead !== undefined) return { index, lead, protocol: found?.groups?.['protocol'] === 'KTAP' ? 'KTAP' : 'TAP' }
  }
  return undefined
}

/** Whether a document that begins like this is a part of another one. */
function isPart({ indent, isQuoted }: Lead, lines: readonly LogLine[]): boolean {
  if (isQuoted) return lines.some(({ text }) => numbered.test(text))
  return indent > 0 && lines.some(({ text }) => numbered.test(text) && indentOf(text) < indent)
}

function isFailure(text: string): boolean {
  const line = classify(text, 'required')
  return line.kind === 'result' && !line.ok && line.directive !== 'SKIP'
}
