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
  /** Lines that are problems: errors of KUnit itself, and failures that the document does not have. */
  readonly errors: readonly LogLine[]
}

/**
 * Leaves out the lines before the first version line, the prefix of each later line, and what a kernel prints after the end
 * of its run. When results after the first version line are less indented, or not quoted
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
  const all = withoutEnds(log, first).map(({ number, text }) => ({ number, text: withoutPrefix(text, lead.prefix) }))
  const numbering = protocol === 'TAP' && !lead.isKernel ? 'optional' : 'required'
  const ofKernel = failuresOfKernel(all)
  if (isPart(lead, all.slice(first))) {
    return { lines: all, protocol, numbering: 'required', isHeadless: true, errors: [...errors, ...ofKernel] }
  }
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
      ...ofKernel,
    ],
  }
}

function firstVersion(
  log: readonly LogLine[],
): { readonly index: number; readonly lead: Lead; readonly protocol: 'TAP' | 'KTAP' } | undefined {
  for (const [index, { text }] of log.entries()) {
    const found = versionIn(text)
    if (found !== undefined) return { index, ...found }
  }
  return undefined
}

/** Reads a version line behind any prefix; nothing for any other line. */
function versionIn(text: string): { readonly lead: Lead; readonly protocol: 'TAP' | 'KTAP' } | undefined {
  const found = version.exec(text)
  const lead = found === null ? undefined : leadOf(text.slice(0, found.index))
  return lead === undefined ? undefined : { lead, protocol: found?.groups?.['protocol'] === 'KTAP' ? 'KTAP' : 'TAP' }
}

/**
 * Leaves out what comes after the end of a run of KUnit, where the kernel halts or finds no root file system, up to the next
 * version line: a file may have the logs of several boots.
 */
function withoutEnds(log: readonly LogLine[], first: number): readonly LogLine[] {
  let isOver = false
  return log.filter(({ text }, index) => {
    if (index > first && end.test(text)) isOver = true
    else if (isOver && versionIn(text) !== undefined) isOver = false
    return !isOver
  })
}

/**
 * Finds the failures that the kernel printed with its stamp into a document without stamps, as a test module does that a
 * program loads: they are no results of that document.
 */
function failuresOfKernel(lines: readonly LogLine[]): LogLine[] {
  return lines
    .map(({ number, text }) => ({ number, text, plain: withoutPrefix(text, printkPrefix) }))
    .filter(({ text, plain }) => plain !== text && isFailure(plain))
    .map(({ number, plain }) => ({ number, text: `in the log of the kernel: ${plain.trim()}` }))
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
