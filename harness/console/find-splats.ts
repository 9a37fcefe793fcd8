// Finds what the kernel complained about in the console lines of one window.
import type { Finding } from './splat.ts'
import { ConsoleParser } from './console-parser.ts'
import type { ParserOptions } from './console-parser.ts'

export type { Finding } from './splat.ts'

/**
 * The complaints in these lines of a console, in their order. Every banner of a boot is one, unless `isRunning` is false.
 * @throws {InfraError} HEALTH_BLIND when the table is empty: a check that does not work must not look like a clean log
 */
export function findComplaints(
  lines: readonly string[],
  { isRunning = true, ...options }: Omit<ParserOptions, 'onFinding'> = {},
): Finding[] {
  const findings: Finding[] = []
  const parser = new ConsoleParser({ ...options, isRunning, onFinding: (finding) => findings.push(finding) })
  parser.write(lines.map((line) => `${line}\n`).join(''))
  parser.end()
  return findings.toSorted((left, right) => left.start - right.start)
}
