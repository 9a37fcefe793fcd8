// Which of the lines that a series adds have run.
import type { AddedLine, AddedLines } from '../../kernel/gcov/added-lines.ts'
import type { Explanation } from './explanations.ts'
import type { LineCounts } from './line-counts.ts'

/** An added line that never ran, with the reason if the series explains it. */
export interface UnrunLine extends AddedLine {
  readonly reason?: string
}

/** The added lines of a file that have code. */
export interface FileCoverage {
  readonly file: string
  readonly ran: readonly (AddedLine & { readonly count: number })[]
  readonly neverRan: readonly UnrunLine[]
}

export interface PatchCoverage {
  readonly files: readonly FileCoverage[]
  /** C files with added lines of which no object counts: the configuration leaves them out. */
  readonly notBuilt: readonly { readonly file: string; readonly lines: number }[]
  /** Explanations that no line needs. */
  readonly unused: readonly Explanation[]
}

/** Joins added lines with counts. A line without code (a comment, a declaration, a brace) has no count and is left out. */
export function patchCoverage(
  added: AddedLines,
  counts: LineCounts,
  explanations: readonly Explanation[],
): PatchCoverage {
  const used = new Set<Explanation>()
  const files: FileCoverage[] = []
  const notBuilt: { file: string; lines: number }[] = []
  for (const [file, lines] of added) {
    const known = counts.get(file)
    // A header without code is in no object either.
    if (known === undefined && file.endsWith('.c')) notBuilt.push({ file, lines: lines.length })
    if (known === undefined) continue
    const coded = lines.flatMap((line) => {
      const count = known.get(line.line)
      return count === undefined ? [] : [{ ...line, count }]
    })
    if (coded.length === 0) continue
    const neverRan = coded
      .filter(({ count }) => count === 0)
      .map(({ count: _none, ...line }) => {
        const found = explanations.find((explanation) => explains(explanation, file, line))
        if (found === undefined) return line
        used.add(found)
        return { ...line, reason: found.reason }
      })
    files.push({ file, ran: coded.filter(({ count }) => count > 0), neverRan })
  }
  return { files, notBuilt, unused: explanations.filter((explanation) => !used.has(explanation)) }
}

function explains(explanation: Explanation, file: string, { function: name, text }: AddedLine): boolean {
  return explanation.file === file && explanation.function === name && explanation.lines.includes(text.trim())
}

export interface Totals {
  readonly ran: number
  readonly explained: number
  readonly never: number
  /** The share of the lines that ran, in per cent of all. */
  readonly percent: number
}

/** Counts the lines of some files. */
export function totalsOf(files: readonly FileCoverage[]): Totals {
  const ran = files.reduce((sum, file) => sum + file.ran.length, 0)
  const unrun = files.flatMap(({ neverRan }) => neverRan)
  const explained = unrun.filter(({ reason }) => reason !== undefined).length
  const all = ran + unrun.length
  return { ran, explained, never: unrun.length - explained, percent: all === 0 ? 100 : (ran / all) * 100 }
}
