// Which tests reach a line.
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { plural } from '../../base/plural.ts'
import type { StoredCoverage } from './stored-coverage.ts'

/** A line of a source file. */
export interface SourcePlace {
  readonly file: string
  readonly line: number
}

/**
 * Returns the lines of the answer: what the line is, how often it ran, and the tests that reach it.
 * @throws {UsageError} LINE_UNKNOWN for a file that the series does not change, or a line without code
 */
export function lineReport({ file, line }: SourcePlace, { added, counts, reached }: StoredCoverage): string[] {
  const known = counts.get(file)
  if (added.has(file) && known === undefined) {
    throw new UsageError('LINE_UNKNOWN', `${file} is not a part of this kernel: its configuration leaves the file out`)
  }
  if (!added.has(file) || known === undefined) {
    const files = [...added.keys()].filter((name) => counts.has(name))
    const [near] = nearest(file, files)
    throw new UsageError('LINE_UNKNOWN', `the coverage has no file ${file} that the series changes`, {
      hint: near === undefined ? `the files are ${files.join(', ')}` : `the nearest is ${near}`,
    })
  }
  const count = known.get(line)
  if (count === undefined) {
    const next = [...known.keys()].filter((each) => each > line).toSorted((left, right) => left - right)[0]
    throw new UsageError('LINE_UNKNOWN', `${file}:${line} has no code`, {
      hint: next === undefined ? 'name an earlier line' : `the next line with code is ${file}:${next}`,
    })
  }
  const own = added.get(file)?.find((each) => each.line === line)
  const what = own === undefined ? 'a line of the source' : `${own.text.trim()}  [${own.patch}]`
  const tests = [...reached].filter(([, files]) => files.get(file)?.has(line) === true).map(([test]) => test)
  return [`${file}:${line}: ${what}`, `ran ${plural(count, 'time')}, in ${plural(tests.length, 'test')}`, ...tests]
}
