// Tells whether a line that a row matches continues the head of an open splat, or begins another splat.
import type { Pattern } from '../pattern-table.ts'

const cutHere = 'cut-here'
const bugAt = 'bug-at'
/** The lines of die() and __warn(); a line that tells more may come before them. */
const dying: ReadonlySet<string> = new Set(['oops', 'trap', 'trap-mips'])
const warning: ReadonlySet<string> = new Set(['warning', 'warning-at'])
/** Splats that only die() ends. */
const fatalKinds: ReadonlySet<Pattern['kind']> = new Set(['oops', 'stack-overflow', 'bug', 'usercopy'])

/** Whether die() or __warn() prints the dump of these splats, and so its end. */
function hasEndTrace({ end }: Pattern): boolean {
  return end instanceof RegExp && end.test('---[ end trace 0000000000000000 ]---')
}

/**
 * Whether the line of a row continues the head of a splat.
 * @param open the row of the highest rank in the splat so far
 * @param seen the names of all rows that had a line in it
 */
export function continuesHead(pattern: Pattern, open: Pattern, seen: ReadonlySet<string>): boolean {
  const { name } = pattern
  // Fuzzers write "BUG: memory leak" before an unreferenced object.
  if (open.isGeneral === true && name === 'unreferenced-object') return true
  const mayDie = hasEndTrace(open)
  if (seen.has(name) || open.isGeneral === true || !(mayDie || open.cutFollows === true)) return false
  if (name === cutHere) return open.cutFollows === true && !seen.has(bugAt)
  // The message of WARN() may be any text.
  if (open.name === cutHere) return hasEndTrace(pattern) || pattern.isGeneral === true
  if (dying.has(name)) return mayDie && [...dying].every((line) => !seen.has(line))
  if (name === bugAt) return seen.has(cutHere) && (open.cutFollows === true || open.kind === 'cfi')
  if (warning.has(name)) return !seen.has(bugAt) && (open.cutFollows === true || !isFatal(open))
  // Some kernels print the place first, and then the fault.
  return warning.has(open.name) && hasEndTrace(pattern) && !isFatal(pattern)
}

function isFatal({ kind }: Pattern): boolean {
  return fatalKinds.has(kind)
}

/** Whether a headline names a function that was inlined; the next one names the function around it. */
export function isInlined(said: string): boolean {
  return said.includes('[inline]')
}

/** Whether a headline is only the beginning of another one: the console says again what it lost. */
export function isTornFrom(said: string, whole: string): boolean {
  return whole.trimEnd().length > said.length && whole.startsWith(said)
}
