// Whether what a definition names can be read: asked before anything is begun, so that a slip is one line.
import { readFile } from 'node:fs/promises'
import { loadKernelDefinition } from './definition/load-definition.ts'
import type { KernelDefinition, KernelSource } from './definition/definition.ts'
import { UsageError } from '../base/errors.ts'
import { readFragments } from './kconfig/fragment.ts'
import { readSeries } from './series.ts'
import { requireTree } from './source/dir.ts'
import { requireCommit } from './source/git.ts'

/** Mistakes of the definition and not of a file that it names: their place is in the definition. */
const codesOfNames = new Set([
  'SOURCE_MISSING',
  'SOURCE_REF_UNKNOWN',
  'SERIES_UNKNOWN',
  'SERIES_EMPTY',
  'FRAGMENT_UNKNOWN',
])

/**
 * Loads a definition by its name or file, and makes sure that its source, series and fragments are there. A source that
 * comes from elsewhere, or may be in the cache, is not looked for.
 * @throws {UsageError} what `loadKernelDefinition`, `readSeries` and `readFragments` throw, and SOURCE_MISSING or
 * SOURCE_REF_UNKNOWN; with file, line and column
 */
export async function loadUsableDefinition(
  nameOrFile: string,
  signal: AbortSignal,
): Promise<KernelDefinition> {
  const definition = await loadKernelDefinition(nameOrFile)
  const { file, source, series, fragments } = definition
  await Promise.all([
    placed(file, ['source', source.kind], checkSource(source, signal)),
    ...series.map((part, index) => placed(file, ['series', index], readSeries([part], signal))),
    ...fragments.map((fragment, index) => placed(file, ['fragments', index], readFragments([fragment]))),
  ])
  // Alone each of them is good; together they may ask for different things.
  await readFragments(fragments)
  return definition
}

async function checkSource(source: KernelSource, signal: AbortSignal): Promise<void> {
  if (source.kind === 'dir') requireTree(source.path)
  if (source.kind === 'git') await requireCommit(source, signal)
}

/** Gives the error of a check the place in the definition that names what was looked for. */
async function placed(
  file: string,
  at: readonly (string | number)[],
  check: Promise<unknown>,
): Promise<void> {
  try {
    await check
  } catch (error) {
    if (!(error instanceof UsageError) || !codesOfNames.has(error.code)) throw error
    // Only now: it brings the YAML parser along.
    const { placeInYaml } = await import('../base/yaml-file.ts')
    const place = placeInYaml(file, await readFile(file, 'utf8'), at)
    throw new UsageError(error.code, `${place}: ${error.message}`, {
      cause: error,
      tail: error.tail,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}
