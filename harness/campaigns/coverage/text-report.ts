// The report as text: the figures, and each added line that did not run.
import { plural } from '../../base/plural.ts'
import { totalsOf, type PatchCoverage, type UnrunLine } from './patch-coverage.ts'

/** Returns the lines of the report. */
export function textReport(kernel: string, { files, notBuilt, unused }: PatchCoverage): string[] {
  const { ran, explained, never, percent } = totalsOf(files)
  const all = ran + explained + never
  return [
    `${kernel}: ${ran} of ${plural(all, 'added line')} with code ran (${percent.toFixed(1)} %); explained: ${explained}, never run: ${never}`,
    ...files.map((file) => {
      const own = totalsOf([file])
      const rest = own.explained + own.never === 0 ? '' : `; explained: ${own.explained}, never run: ${own.never}`
      return `  ${file.file}: ${own.ran} of ${own.ran + own.explained + own.never} (${own.percent.toFixed(1)} %)${rest}`
    }),
    ...notBuilt.map(({ file, lines }) => `  ${file}: not a part of this kernel; ${plural(lines, 'added line')}`),
    ...section(
      'never run:',
      never,
      files.flatMap(({ file, neverRan }) => rows(file, withReason(neverRan, false))),
    ),
    ...section(
      'explained:',
      explained,
      files.flatMap(({ file, neverRan }) => rows(file, withReason(neverRan, true))),
    ),
    ...section(
      'explained, but all of these lines ran or are gone:',
      unused.length,
      unused.map((entry) => `  ${entry.file}, ${entry.function}: ${entry.lines.join(' | ')}`),
    ),
  ]
}

function section(heading: string, count: number, lines: readonly string[]): readonly string[] {
  return count === 0 ? [] : ['', heading, ...lines]
}

function withReason(lines: readonly UnrunLine[], isExplained: boolean): UnrunLine[] {
  return lines.filter(({ reason }) => (reason !== undefined) === isExplained)
}

function rows(file: string, lines: readonly UnrunLine[]): string[] {
  return lines.map(({ line, text, patch, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`
    return `  ${file}:${line}: ${text.trim()}  [${patch}]${why}`
  })
}
