// The two things that are read: the log of a kernel, with KTAP somewhere in it, and the output of one program.
import { isolate, linesOf } from './extract.ts'
import { readDocument } from './reader.ts'
import type { KtapReport, Problem } from './tree.ts'

/**
 * Reads the first document of KTAP or TAP in a log, and counts as the kernel's own tools/testing/kunit/kunit_parser.py.
 * Nothing is thrown: what is wrong with the log is among the problems, that there is nothing in it as well.
 */
export function readLog(log: string): KtapReport {
  const { lines, errors } = isolate(linesOf(log))
  const said = errors.map(({ number, text }): Problem => ({ line: number, test: '', problem: text.trim() }))
  if (lines.length === 0) {
    const problem = 'there is no line "TAP version …" or "KTAP version …" in it'
    return {
      status: 'empty',
      counts: { passed: 0, failed: 0, crashed: 0, skipped: 0 },
      tests: [],
      problems: [...said, { line: 1, test: '', problem }],
    }
  }
  const report = readDocument(lines, 'required')
  return { ...report, problems: [...said, ...report.problems] }
}

/** Reads the output of one program: TAP 12, 13 or 14 or KTAP, a version line is not needed and numbers neither. */
export function readProgram(output: string): KtapReport {
  return readDocument(linesOf(output), 'optional')
}
