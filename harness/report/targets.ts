// The reports of a run: those that every run writes, and those of --report.
import path from 'node:path'
import { UsageError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { reportWords, type FormatName, type ReportWord } from './formats.ts'

/** A report that the user asks for. */
export interface ReportWish {
  readonly word: ReportWord
  /** The absolute path of a file, or the standard output; the place of the format if not given. */
  readonly to?: 'stdout' | { readonly path: string }
}

/** A report: its format, and where it goes. */
export interface ReportTarget {
  readonly format: FormatName
  readonly to:
    | 'stdout'
    | 'stderr'
    /** The standard error, also when messages are switched off. */
    | 'annotations'
    /** A file in the directory of the results. */
    | { readonly file: string }
    /** A file that the user named: the run goes on when it cannot be written. */
    | { readonly path: string }
    /** A file of others, to whose end the report is written. */
    | { readonly append: string }
}

/**
 * Parses the value of --report: FORMAT, FORMAT:FILE or FORMAT:-.
 * @throws {UsageError} OPTION_VALUE
 */
export function parseReport(text: string): ReportWish {
  const colon = text.indexOf(':')
  const word = colon === -1 ? text : text.slice(0, colon)
  const words = Object.keys(reportWords)
  if (!isReportWord(word)) {
    const [near] = nearest(word, words)
    throw new UsageError('OPTION_VALUE', `--report must begin with ${words.join(', ')}, got '${text}'`, {
      hint: `for example: --report ${near ?? 'junit'}`,
    })
  }
  if (colon === -1) return { word }
  const place = text.slice(colon + 1)
  if (place === '-') return { word, to: 'stdout' }
  if (place !== '' && !place.includes('\0')) return { word, to: { path: path.resolve(place) } }
  throw new UsageError('OPTION_VALUE', `--report ${word}: must be followed by a file or by -, got '${text}'`, {
    hint: `for example: --report ${word}:report-of-${word}; without a colon, gmemtest chooses the file`,
  })
}

function isReportWord(word: string): word is ReportWord {
  return Object.hasOwn(reportWords, word)
}

/** The reports of every run. The terminal comes first: it clears its progress line before a test point is written. */
const always: readonly ReportTarget[] = [{ format: 'terminal', to: 'stderr' }, ...reportWords.tap, ...reportWords.jsonl]

/**
 * Returns the reports of a run: those that every run writes, TAP on the standard output unless a wish is to have it, and the
 * wishes. The summary of a job is added to the file `summary`, if it is given.
 */
export function targetsOf(wishes: readonly ReportWish[], summary: string | undefined): readonly ReportTarget[] {
  const [terminal, ...files] = always
  if (terminal === undefined) return []
  const wished = wishesOf(wishes, summary)
  const tap: ReportTarget[] = wished.some(({ to }) => to === 'stdout') ? [] : [{ format: 'tap', to: 'stdout' }]
  return withoutDoubles([terminal, ...tap, ...files, ...wished])
}

/**
 * Returns the reports of a run that is over, whose results are in `directory`: TAP without a wish. The directory has TAP
 * and the events already, so these go to the standard output.
 * @throws {UsageError} OPTION_VALUE when two formats have the same place
 */
export function storedTargets(
  wishes: readonly ReportWish[],
  summary: string | undefined,
  directory: string,
): readonly ReportTarget[] {
  const wished: readonly ReportWish[] = wishes.length === 0 ? [{ word: 'tap' }] : wishes
  const placed = wished.map((wish): ReportWish =>
    wish.word === 'tap' || wish.word === 'jsonl' ? { to: 'stdout', ...wish } : wish,
  )
  const targets = targetsFor(placed, summary).map(({ format, to }): ReportTarget =>
    typeof to !== 'string' && 'file' in to
      ? { format, to: { path: path.resolve(directory, to.file) } }
      : { format, to },
  )
  refuseShared(targets)
  return withoutDoubles(targets)
}

/**
 * Returns the targets of the wishes alone.
 * @throws {UsageError} OPTION_VALUE when two formats have the same place
 */
export function wishesOf(wishes: readonly ReportWish[], summary: string | undefined): ReportTarget[] {
  const targets = targetsFor(wishes, summary)
  refuseShared(targets)
  return targets
}

function targetsFor(wishes: readonly ReportWish[], summary: string | undefined): ReportTarget[] {
  return wishes.flatMap(({ word, to }): ReportTarget[] =>
    reportWords[word].map((usual, index) => {
      const place = index === 0 ? to : undefined
      if (place !== undefined) return { format: usual.format, to: place }
      return usual.format === 'summary' && summary !== undefined
        ? { format: usual.format, to: { append: summary } }
        : usual
    }),
  )
}

function refuseShared(targets: readonly ReportTarget[]): void {
  for (const [index, target] of targets.entries()) {
    const other = targets.slice(0, index).find((each) => placeOf(each) === placeOf(target))
    if (other === undefined || other.format === target.format) continue
    const place = target.to === 'stdout' ? 'the standard output' : placeOf(target)
    throw new UsageError('OPTION_VALUE', `--report: ${other.format} and ${target.format} both go to ${place}`, {
      hint: 'give each report a file of its own: --report FORMAT:FILE',
    })
  }
}

/** Returns one target for each place. */
function withoutDoubles(targets: readonly ReportTarget[]): ReportTarget[] {
  const places = targets.map(placeOf)
  return targets.filter((_, index) => places.indexOf(places[index] ?? '') === index)
}

/** Returns a text that is the same for the same place. */
function placeOf({ to }: ReportTarget): string {
  if (typeof to === 'string') return to
  return 'file' in to ? to.file : 'path' in to ? to.path : to.append
}
