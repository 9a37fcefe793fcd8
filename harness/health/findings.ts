// Finds what the kernel complained about in the console lines of one window.
import { InfraError } from '../project/errors.ts'
import { patterns as allPatterns } from './patterns.ts'
import type { FindingKind, Pattern } from './patterns.ts'

/** One complaint of the kernel. */
export interface Finding {
  readonly kind: FindingKind
  /** The line that says it best, without its printk prefix. */
  readonly title: string
  /** The whole report, as it was on the console. */
  readonly lines: readonly string[]
}

// "[    1.234567] ", "[    1.234567][  T123] ", "<4>[…] ", "kern  :warn  : […] "
const prefix = /^(?:<\d+>|\w+ *:\w+ *: )?\s*(?:\[\s*\d+\.\d+\]\s*(?:\[\s*[TC]\d+\])?\s*)?/

const cutHere = /^-+\[ cut here \]-+/
const reportEnd = /^(?:---\[ end (?:trace|Kernel panic)|={30,}$)/
/** A report without an end marker is cut after so many lines. */
const longestReport = 120

/** The line as the kernel's format string made it: without level, time stamp and caller. */
export function withoutPrefix(line: string): string {
  return line.replace(prefix, '')
}

/**
 * The complaints in these lines, in their order. Lines between a complaint and the end of its report belong to it.
 * @throws {InfraError} HEALTH_BLIND when the table is empty: a check that does not work must not look like a clean log
 */
export function findComplaints(
  lines: readonly string[],
  patterns: readonly Pattern[] = allPatterns,
): Finding[] {
  if (patterns.length === 0) {
    throw new InfraError(
      'HEALTH_BLIND',
      'the table of kernel complaints is empty, so a clean log means nothing',
    )
  }
  const findings: { kind: FindingKind; title: string; lines: string[] }[] = []
  let open: { kind: FindingKind; title: string; lines: string[] } | undefined
  for (const line of lines) {
    const text = withoutPrefix(line)
    const kind = patterns.find((pattern) => pattern.expression.test(text))?.kind
    if (open !== undefined && (kind === undefined || !endsReport(open, kind))) {
      open.lines.push(line)
      // "cut here" says nothing, and a BUG or WARNING in the same report says more.
      if (kind !== undefined && cutHere.test(open.title)) Object.assign(open, { kind, title: text })
      if (reportEnd.test(text) || open.lines.length >= longestReport) open = undefined
    } else if (kind !== undefined) {
      open = { kind, title: text, lines: [line] }
      findings.push(open)
    }
  }
  return findings
}

/** Whether a complaint of this kind is a new one and not a further line of the open report. */
function endsReport(
  open: { readonly kind: FindingKind; readonly title: string },
  kind: FindingKind,
): boolean {
  if (kind === 'panic' || kind === 'reboot') return open.kind !== kind
  return open.kind === 'panic' || open.kind === 'reboot'
}
