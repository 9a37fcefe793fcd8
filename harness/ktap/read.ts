// Reads test results from the log of a kernel, and from the output of one program.
import { isolate } from './extract.ts'
import { linesOf } from './log-lines.ts'
import { readDocument } from './reader.ts'
import type { KtapReport, Problem } from './tree.ts'

const noVersion = 'the log has no line "TAP version …" or "KTAP version …"'
const headless = 'the first version line is that of a subtest: the beginning of the log is missing'

/**
 * Reads the KTAP or TAP in a log, and counts like the kernel's own tools/testing/kunit/kunit_parser.py.
 * Throws nothing: faults of the log are among the problems, also that it has no results.
 */
export function readLog(log: string): KtapReport {
  const { lines: all, cutAt } = linesOf(log)
  const { lines, protocol, numbering, isHeadless, errors } = isolate(all)
  const isTap12 = protocol === undefined && numbering === 'optional'
  const said = errors.map(({ number, text }): Problem => ({ line: number, test: '', problem: text.trim() }))
  const missing = protocol === undefined && !isTap12 ? [{ line: 1, test: '', problem: noVersion }] : []
  const report = readDocument(lines, { numbering, protocol: protocol ?? (isTap12 ? 'TAP' : 'KTAP'), isHeadless })
  const note = isTap12 ? `${noVersion}: it is read as TAP 12` : isHeadless ? headless : undefined
  return {
    ...report,
    problems: [...said, ...missing, ...report.problems, ...problemOfCut(cutAt)],
    ...(note === undefined ? {} : { note }),
  }
}

/** Reads the output of one program: TAP 12, 13 or 14 or KTAP. Version line and numbers are optional. */
export function readProgram(output: string): KtapReport {
  const { lines, cutAt } = linesOf(output)
  const report = readDocument(lines, { numbering: 'optional', protocol: 'TAP', isHeadless: false })
  return { ...report, problems: [...report.problems, ...problemOfCut(cutAt)] }
}

function problemOfCut(line: number | undefined): Problem[] {
  return line === undefined ? [] : [{ line, test: '', problem: 'the log is too long: the rest of it is not read' }]
}
