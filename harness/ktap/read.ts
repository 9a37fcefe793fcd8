// The two things that are read: the log of a kernel, with KTAP somewhere in it, and the output of one program.
import { isolate, linesOf } from './extract.ts'
import type { LogLine } from './extract.ts'
import { readDocument } from './reader.ts'
import type { KtapReport, Problem } from './tree.ts'

/**
 * Reads the KTAP or TAP in a log, and counts as the kernel's own tools/testing/kunit/kunit_parser.py.
 * Nothing is thrown: what is wrong with the log is among the problems, that there is nothing in it as well.
 */
export function readLog(log: string): KtapReport {
  const all = linesOf(log)
  const { lines, isPlainTap, errors } = isolate(all)
  const said = errors.map(({ number, text }): Problem => ({ line: number, test: '', problem: text.trim() }))
  const report =
    lines.length === 0 ? withoutVersion(all) : readDocument(lines, isPlainTap ? 'optional' : 'required')
  return { ...report, problems: [...said, ...report.problems] }
}

/** TAP 12 has no version line. With a plan, it is that; without one, it may as well be anything else. */
function withoutVersion(lines: readonly LogLine[]): KtapReport {
  const note = 'there is no line "TAP version …" or "KTAP version …" in it'
  const isTap = lines.some(({ text }) => /^1\.\.\d+\b/.test(text))
  const report = readDocument(lines, isTap ? 'optional' : 'required')
  if (isTap) return { ...report, note: `${note}: it is read as TAP 12` }
  return { ...report, problems: [{ line: 1, test: '', problem: note }, ...report.problems] }
}

/** Reads the output of one program: TAP 12, 13 or 14 or KTAP, a version line is not needed and numbers neither. */
export function readProgram(output: string): KtapReport {
  return readDocument(linesOf(output), 'optional')
}
