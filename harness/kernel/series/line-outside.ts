// Finds lines of a diff that belong to a change, but that git apply passes over because they are outside of all hunks.
import type { Fault } from './patch-fault.ts'

const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/

type Odd = readonly (readonly [pattern: RegExp, hint: string])[]

/** Changes in another form than a hunk; diff(1) may write them before the first one. */
const otherForms: Odd = [
  [/^Only in [^\s:]+: \S+$/, 'make the diff with diff -N, which has new and removed files'],
  [/^Binary files \S+ and \S+ differ$/, 'make the diff with git diff --binary'],
  [/^File \S+ is an? .+ while file \S+ is an? /, 'make the diff with git diff'],
  [/^Submodule \S+ (?:[\da-f]{7,}\.{2,3}[\da-f]{7,}|contains )/, 'make the diff with git diff --submodule=short'],
]

/** Damaged headers of hunks, and formats that git does not know; text before the patch may have such lines. */
const damaged: Odd = [
  [/^@@|^@ ?-\d/, 'fetch it again, with a program that changes no blanks'],
  [/^diff --(?:cc|combined) /, 'the diff of a merge cannot be applied'],
  [/^\*{15}$/, 'make the diff with diff -u'],
]

/**
 * Returns a line that git apply would pass over: a change in another form than a hunk, or a line behind the last one that
 * the header of a hunk counts. Text between and behind the patches is none.
 */
export function lineOutside(diff: string): Fault | undefined {
  let [before, after, isBehindHunk, isInside, isGit] = [0, 0, false, false, false]
  for (const line of diff.split('\n')) {
    if (before > 0 || after > 0) {
      if (!line.startsWith('+') && !line.startsWith('\\')) before -= 1
      if (!line.startsWith('-') && !line.startsWith('\\')) after -= 1
      isBehindHunk = true
      continue
    }
    const [isHeader, ofOld = '1', ofNew = '1'] = header.exec(line) ?? []
    if (isHeader !== undefined) [before, after] = [Number(ofOld), Number(ofNew)]
    else if (isBehindHunk && /^(?:\+(?!\+\+ )|-(?!-))/.test(line)) {
      return {
        what: `git apply passes over its line '${line}', because the header of the hunk counts fewer lines`,
        hint: 'correct the header with rediff, or make the patch again',
      }
    } else {
      isInside ||= /^(?:diff --git|---) /.test(line)
      if (line.startsWith('diff ')) isGit = line.startsWith('diff --git ')
      // git apply refuses a binary file below a header of git itself.
      const patterns = [...(isGit && line.startsWith('Binary ') ? [] : otherForms), ...(isInside ? damaged : [])]
      const [, hint] = patterns.find(([pattern]) => pattern.test(line)) ?? []
      if (hint !== undefined) return { what: `git apply passes over its line '${line}'`, hint }
    }
    isBehindHunk &&= line.startsWith('\\')
  }
  return undefined
}
