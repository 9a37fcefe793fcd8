// Reads test results from the log of a kernel, and from the output of one program.
import { isolate, linesOf, type LogLine } from './extract.ts'
import { readDocument } from './reader.ts'
import type { KtapReport, Problem } from './tree.ts'

/**
 * Reads the KTAP or TAP in a log, and counts like the kernel's own tools/testing/kunit/kunit_parser.py.
 * Throws nothing: faults of the log are among the problems, also that it has no results.
 */
export function readLog(log: string): KtapReport {
  const all = linesOf(log)
  const { lines, isPlainTap, errors } = isolate(all)
  const said = errors.map(({ number, text }): Problem => ({ line: number, test: '', problem: text.trim() }))
  const report = lines.length === 0 ? withoutVersion(all) : readDocument(lines, isPlainTap ? 'optional' : 'required')
  return { ...report, problems: [...said, ...report.problems] }
}

/** Reads a log without a version line: TAP 12 if it has a plan, otherwise no KTAP at all. */
function withoutVersion(lines: readonly LogLine[]): KtapReport {
  const note = 'the log has no line "TAP version …" or "KTAP version …"'
  const isTap = lines.some(({ text }) => /^1\.\.\d+\b/.test(text))
  const report = readDocument(lines, isTap ? 'optional' : 'required')
  if (isTap) return { ...report, note: `${note}: it is read as TAP 12` }
  return { ...report, problems: [{ line: 1, test: '', problem: note }, ...report.problems] }
}

/** Reads the output of one program: TAP 12, 13 or 14 or KTAP. Version line and numbers are optional. */
export function readProgram(output: string): KtapReport {
  return readDocument(linesOf(output), 'optional')
}
