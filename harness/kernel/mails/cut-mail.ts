// A mail that was cut off between two hunks: no hunk lacks a line, but the mail says how many lines it changes.
import type { Fault } from '../series/patch-fault.ts'

const summary = /^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$/m
const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/
const fault: Fault = {
  what: 'it is cut off: its diff ends early',
  hint: 'fetch the mail again in its raw form (b4 am, or the link "raw" of the archive)',
}

/**
 * Finds a diff that ends too early: `git format-patch` writes `-- ` behind the last line, and the number of changed lines before
 * the first one. A patch that was changed by hand may have other numbers, but it still has its end.
 */
export function cutDiff(diff: string, isCutLine: boolean): Fault | undefined {
  if (/^-- ?$/m.test(behindHunks(diff))) return undefined
  if (isCutLine && behindHunks(diff).trim() === '') return fault
  const [said, , added = '0', removed = '0'] =
    summary.exec(diff.slice(0, Math.max(0, diff.search(/^(?:diff --git |--- )/m)))) ?? []
  if (said === undefined || diff.includes('GIT binary patch')) return undefined
  const found = countChanges(diff)
  return found.added < Number(added) || found.removed < Number(removed) ? fault : undefined
}

/** Walks through the lines of a diff; `change` gets those of hunks, `other` the rest. */
function walk(diff: string, change: (line: string) => void, other: (line: string) => void): void {
  let [before, after] = [0, 0]
  for (const line of diff.split('\n')) {
    if (before > 0 || after > 0) {
      if (!line.startsWith('+') && !line.startsWith('\\')) before -= 1
      if (!line.startsWith('-') && !line.startsWith('\\')) after -= 1
      change(line)
      continue
    }
    const [isHeader, ofOld = '1', ofNew = '1'] = hunk.exec(line) ?? []
    if (isHeader !== undefined) [before, after] = [Number(ofOld), Number(ofNew)]
    other(line)
  }
}

function countChanges(diff: string): { added: number; removed: number } {
  const found = { added: 0, removed: 0 }
  walk(
    diff,
    (line) => {
      if (line.startsWith('+')) found.added += 1
      if (line.startsWith('-')) found.removed += 1
    },
    () => undefined,
  )
  return found
}

/** Returns the lines behind the last header of a hunk that belong to no hunk. */
export function behindHunks(diff: string): string {
  let lines: string[] = []
  walk(
    diff,
    () => undefined,
    (line) => {
      if (/^(?:@@ |diff --git |--- |\+\+\+ )/.test(line)) lines = []
      else lines.push(line)
    },
  )
  return lines.join('\n')
}
