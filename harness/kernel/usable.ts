// Checks the source, series and fragments of a definition before a long stage begins: a mistyped name gives one line.
import { readFile } from 'node:fs/promises'
import { loadKernelDefinition } from './definition/load-definition.ts'
import type { KernelDefinition, KernelSource } from './definition/definition.ts'
import { UsageError } from '../base/errors.ts'
import { cacheDirectory } from '../base/paths.ts'
import { readFragments } from './kconfig/fragment.ts'
import { readSeries } from './series.ts'
import { requireTree } from './source/dir.ts'
import { requireCommit } from './source/git.ts'

/** Errors whose place is in the definition, and not in a file that it names. */
const codesOfNames = new Set([
  'SOURCE_MISSING',
  'SOURCE_REF_UNKNOWN',
  'SERIES_UNKNOWN',
  'SERIES_EMPTY',
  'SERIES_FILE',
  'SERIES_RANGE',
  'FRAGMENT_UNKNOWN',
])

/**
 * Loads a definition by its name or file, and makes sure that its source, series and fragments exist. It does not check
 * a remote source, or one that may be in the cache.
 * @throws {UsageError} SOURCE_MISSING, SOURCE_REF_UNKNOWN, and the errors of `loadKernelDefinition`, `readSeries` and
 * `readFragments`; with file, line and column
 */
export async function loadUsableDefinition(nameOrFile: string, signal: AbortSignal): Promise<KernelDefinition> {
  const definition = await loadKernelDefinition(nameOrFile)
  const { file, source, series, fragments } = definition
  const context = { cache: cacheDirectory(), signal, progress: () => undefined }
  // One after the other: a failure then leaves nothing at work.
  await placed(file, ['source', source.kind], checkSource(source, signal))
  for (const [index, part] of series.entries()) await placed(file, ['series', index], readSeries([part], context))
  for (const [index, fragment] of fragments.entries()) {
    await placed(file, ['fragments', index], readFragments([fragment]))
  }
  // Two fragments that are valid alone may conflict.
  await readFragments(fragments)
  return definition
}

async function checkSource(source: KernelSource, signal: AbortSignal): Promise<void> {
  if (source.kind === 'dir') requireTree(source.path)
  if (source.kind === 'git') await requireCommit(source, signal)
}

/** Adds to the error of a check the place in the definition that names the missing file. */
async function placed(file: string, at: readonly (string | number)[], check: Promise<unknown>): Promise<void> {
  try {
    await check
  } catch (error) {
    if (!(error instanceof UsageError) || !codesOfNames.has(error.code)) throw error
    // Imported late, because it loads the YAML parser.
    const { placeInYaml } = await import('../base/yaml/yaml-file.ts')
    const place = placeInYaml(file, await readFile(file, 'utf8'), at)
    const { code, message, tail, hint } = error
    throw new UsageError(code, `${place}: ${message}`, { cause: error, tail, hint })
  }
}
