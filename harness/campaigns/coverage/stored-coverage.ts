// The coverage of a run as a file in its results: what later questions need, without another run.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { hasCode, messageOf, UsageError } from '../../base/errors.ts'
import { writeWhole } from '../../cache/atomic-file.ts'
import type { AddedLines } from '../../kernel/gcov/added-lines.ts'
import type { Collected } from './collector.ts'

/** The name of the file. */
const fileName = 'coverage.json'
/** Raise it when the file changes its form. */
const version = 1
const mostBytes = 2 ** 28

export interface StoredCoverage extends Pick<Collected, 'counts' | 'reached'> {
  readonly kernel: string
  readonly added: AddedLines
}

const added = z.object({ line: z.int().positive(), text: z.string(), function: z.string(), patch: z.string() })
const schema = z.object({
  version: z.literal(version),
  kernel: z.string(),
  added: z.record(z.string(), z.array(added)),
  /** Pairs of a line and how often it ran. */
  counts: z.record(z.string(), z.array(z.tuple([z.int().positive(), z.int().nonnegative()]))),
  /** For each test the lines of each file of the series that ran, as ranges: `3-7,12`. */
  reached: z.record(z.string(), z.record(z.string(), z.string().regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/))),
})

/** Writes the file. Of the tests, it keeps the lines of the files that the series changes. */
export async function writeCoverage(directory: string, coverage: StoredCoverage): Promise<void> {
  const ofSeries = (lines: ReadonlyMap<string, ReadonlySet<number>>): Record<string, string> =>
    Object.fromEntries([...lines].flatMap(([file, set]) => (coverage.added.has(file) ? [[file, rangesOf(set)]] : [])))
  const content: z.infer<typeof schema> = {
    version,
    kernel: coverage.kernel,
    added: Object.fromEntries([...coverage.added].map(([file, lines]) => [file, [...lines]])),
    counts: Object.fromEntries([...coverage.counts].map(([file, lines]) => [file, [...lines]])),
    reached: Object.fromEntries([...coverage.reached].map(([test, lines]) => [test, ofSeries(lines)])),
  }
  await writeWhole(path.join(directory, fileName), `${JSON.stringify(content)}\n`)
}

/**
 * Reads the coverage in a directory of results.
 * @throws {UsageError} COVERAGE_MISSING, COVERAGE_INVALID
 */
export async function readCoverage(directory: string): Promise<StoredCoverage> {
  const file = path.join(directory, fileName)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (!hasCode(cause, 'ENOENT', 'ENOTDIR', 'EACCES')) throw cause
    throw new UsageError('COVERAGE_MISSING', `cannot read the coverage of a run: ${messageOf(cause)}`, {
      cause,
      hint: 'name the directory that gmemtest coverage wrote: --results DIR',
    })
  })
  try {
    if (text.length > mostBytes) throw new Error(`it has more than ${mostBytes} characters`)
    const { kernel, ...content } = schema.parse(JSON.parse(text))
    const entries = <Value>(record: Readonly<Record<string, Value>>): [string, Value][] => Object.entries(record)
    return {
      kernel,
      added: new Map(entries(content.added)),
      counts: new Map(entries(content.counts).map(([name, lines]) => [name, new Map(lines)])),
      reached: new Map(
        entries(content.reached).map(([test, files]) => [
          test,
          new Map(entries(files).map(([name, ranges]) => [name, new Set(linesOf(ranges))])),
        ]),
      ),
    }
  } catch (cause) {
    throw new UsageError(
      'COVERAGE_INVALID',
      `${file} is no coverage of this version of gmemtest: ${firstLine(cause)}`,
      {
        cause,
        hint: 'run gmemtest coverage again',
      },
    )
  }
}

function firstLine(cause: unknown): string {
  return cause instanceof z.ZodError ? 'its form is another one' : messageOf(cause)
}

/** Returns numbers as ranges: `3-7,12`. */
export function rangesOf(lines: Iterable<number>): string {
  const ranges: [first: number, last: number][] = []
  for (const line of [...lines].toSorted((left, right) => left - right)) {
    const last = ranges.at(-1)
    if (last !== undefined && line === last[1] + 1) last[1] = line
    else ranges.push([line, line])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}

/** No file of a kernel has more lines. */
const mostLines = 1_000_000

/** @throws {Error} for a range that no file can have */
export function linesOf(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    if (last < first || last > mostLines) throw new Error(`${range} is no range of lines`)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
