// The files of a coverage: text, tracefiles, sources and HTML.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { plainText } from '../../report/plain.ts'
import { drawHtml } from './draw-html.ts'
import { patchCoverage } from './patch-coverage.ts'
import type { Explanation } from './explanations.ts'
import { writeCoverage, type StoredCoverage } from './stored-coverage.ts'
import { textReport } from './text-report.ts'
import { countsOfAdded, tracefile } from './tracefile.ts'

/** The files of a coverage in its directory. */
const names = {
  text: 'report.txt',
  /** All lines that count. */
  files: 'files.info',
  /** The added lines alone. */
  added: 'added.info',
  /** The sources of the files with added lines. */
  sources: 'sources',
  html: 'html',
} as const

/** Returns the directory for the sources of a coverage. */
export function sourcesIn(directory: string): string {
  return path.join(directory, names.sources)
}

/**
 * Writes all files of a coverage, whose sources are there already, and returns the lines of the text. `onNote` gets the
 * reason for which there is no HTML.
 */
export async function writeReport(
  directory: string,
  coverage: StoredCoverage,
  explanations: readonly Explanation[],
  { signal, onNote }: { readonly signal: AbortSignal; readonly onNote: (error: InfraError) => void },
): Promise<string[]> {
  const { kernel, added, counts } = coverage
  const found = patchCoverage(added, counts, explanations)
  const lines = textReport(kernel, found).map(plainText)
  const file = (name: string): string => path.join(directory, name)
  await mkdir(directory, { recursive: true })
  await writeCoverage(directory, coverage)
  await writeFile(file(names.text), `${lines.join('\n')}\n`)
  await writeFile(file(names.files), tracefile(kernel, counts))
  await writeFile(file(names.added), tracefile(kernel, countsOfAdded(found)))
  try {
    const place = { tracefile: file(names.added), sources: sourcesIn(directory), html: file(names.html) }
    await drawHtml(place, kernel, signal)
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    onNote(error)
  }
  return lines
}
