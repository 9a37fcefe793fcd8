// What a line that may begin a report is to one whose dump has not begun: a further line of its head, or another report.
import type { Pattern } from './pattern-table.ts'

const cutHere = 'cut-here'
const bugAt = 'bug-at'
/** What die() and __warn() say; it may come behind a line that has said more. */
const dying: ReadonlySet<string> = new Set(['oops', 'trap'])
const warning: ReadonlySet<string> = new Set(['warning', 'warning-at'])
/** What only die() ends. */
const fatalKinds: ReadonlySet<Pattern['kind']> = new Set(['oops', 'stack-overflow', 'bug', 'usercopy'])

/** Whether die() or __warn() prints the dump of these reports, and so its end. */
function hasEndTrace({ end }: Pattern): boolean {
  return end instanceof RegExp && end.test('---[ end trace 0000000000000000 ]---')
}

/**
 * Whether the line of a row goes on with the head of a report.
 * @param open the row that has said most about the report
 * @param seen the names of all rows that had a line in it
 */
export function continuesHead(pattern: Pattern, open: Pattern, seen: ReadonlySet<string>): boolean {
  const { name } = pattern
  // Fuzzers write "BUG: memory leak" in front of it.
  if (open.isGeneral === true && name === 'unreferenced-object') return true
  if (seen.has(name) || open.isGeneral === true || !hasEndTrace(open)) return false
  if (name === cutHere) return open.cutFollows === true && !seen.has(bugAt)
  // What WARN() says may be anything.
  if (open.name === cutHere) return hasEndTrace(pattern) || pattern.isGeneral === true
  if (dying.has(name)) return !seen.has('oops') && !seen.has('trap')
  if (name === bugAt) return seen.has(cutHere) && (open.cutFollows === true || open.kind === 'cfi')
  if (warning.has(name)) return !seen.has(bugAt) && (open.cutFollows === true || !isFatal(open))
  // Some kernels print the place first, and then what is wrong.
  return warning.has(open.name) && hasEndTrace(pattern) && !isFatal(pattern)
}

function isFatal({ kind }: Pattern): boolean {
  return fatalKinds.has(kind)
}
