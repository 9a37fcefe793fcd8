// Checks the source, series and fragments of a definition before a long stage begins: a mistyped name gives one line.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { KernelWords } from './definition/compose.ts'
import { composeDefinition, loadKernelDefinition } from './definition/load-definition.ts'
import type { KernelDefinition, KernelSource } from './definition/definition.ts'
import { baseCommitRef } from './definition/source-word.ts'
import { UsageError } from '../base/errors.ts'
import { cacheDirectory } from '../base/paths.ts'
import { readFragments } from './kconfig/fragment.ts'
import { readParts, type ReadPart, type SeriesContext } from './series.ts'
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
  'MESSAGE_UNKNOWN',
  'SERIES_SEVERAL',
  'SERIES_INCOMPLETE',
  'FRAGMENT_UNKNOWN',
])

/** What loading a definition may use beside its file. */
export interface Loading {
  readonly signal: AbortSignal
  /** Tells one sentence about what the series leaves out. */
  readonly tell?: (sentence: string) => void
  /** Asks for the present mails and commits of a series behind the network. */
  readonly refresh?: boolean
}

/**
 * Loads a definition by its name or file, and makes sure that its source, series and fragments exist. It does not check
 * a remote source, or one that may be in the cache.
 * @throws {UsageError} SOURCE_MISSING, SOURCE_REF_UNKNOWN, and the errors of `loadKernelDefinition`, `readSeries` and
 * `readFragments`; with file, line and column
 */
export async function loadUsableDefinition(nameOrFile: string, loading: Loading): Promise<KernelDefinition> {
  return usable(await loadKernelDefinition(nameOrFile), loading)
}

/**
 * Does the same for a definition of the command line, alone or on top of the one with this name.
 * @throws {UsageError} the errors of `composeDefinition` beside those of `loadUsableDefinition`
 */
export async function composeUsableDefinition(
  nameOrFile: string | undefined,
  words: KernelWords,
  base: string,
  loading: Loading,
): Promise<KernelDefinition> {
  return usable(await composeDefinition(nameOrFile, words, base), loading)
}

async function usable(
  definition: KernelDefinition,
  { signal, tell, refresh = false }: Loading,
): Promise<KernelDefinition> {
  const { file, series, fragments } = definition
  const context: SeriesContext = {
    cache: cacheDirectory(),
    signal,
    refresh,
    progress: (progress) => {
      if (progress.type === 'notice') tell?.(progress.message)
    },
  }
  const parts: ReadPart[] = []
  // One after the other: a failure then leaves nothing at work.
  for (const [index, part] of series.entries()) {
    parts.push(...(await placed(file, ['series', index], readParts([part], context))))
  }
  const source = sourceAtBase(definition.source, parts)
  const isBase = source !== definition.source
  await placed(file, ['source', source.kind], isBase ? checkBase(source, signal) : checkSource(source, signal))
  for (const [index, fragment] of fragments.entries()) {
    await placed(file, ['fragments', index], readFragments([fragment]))
  }
  // Two fragments that are valid alone may conflict.
  await readFragments(fragments)
  return { ...definition, source }
}

/** Returns the source with the base-commit of the series in the place of the word. */
function sourceAtBase(source: KernelSource, parts: readonly ReadPart[]): KernelSource {
  if (source.kind !== 'git' || source.ref !== baseCommitRef) return source
  const [commit] = parts.flatMap(({ series }) => series.baseCommit ?? [])
  if (commit !== undefined) return { ...source, ref: commit }
  throw new UsageError(
    'SOURCE_REF_UNKNOWN',
    `no mail of the series has a line base-commit, and ${source.location} needs a commit`,
    {
      hint: `name the commit: --source git:${source.location}#REF`,
    },
  )
}

async function checkSource(source: KernelSource, signal: AbortSignal): Promise<void> {
  if (source.kind === 'dir') requireTree(source.path)
  if (source.kind === 'git') await requireCommit(source, signal)
}

/** Makes sure that a repository has the base-commit of the series. */
async function checkBase(source: KernelSource, signal: AbortSignal): Promise<void> {
  try {
    await checkSource(source, signal)
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'SOURCE_REF_UNKNOWN' || source.kind !== 'git') throw error
    const message = `${source.location} has no commit '${source.ref}', the base-commit of the series`
    throw new UsageError(error.code, message, {
      cause: error,
      hint: `fetch the tree that it is made for into the repository, or apply it to another commit: --source git:${source.location}#REF`,
    })
  }
}

/** Adds to the error of a check the place in the definition that names the missing file. */
async function placed<Value>(file: string, at: readonly (string | number)[], check: Promise<Value>): Promise<Value> {
  try {
    return await check
  } catch (error) {
    if (!(error instanceof UsageError) || !codesOfNames.has(error.code) || !existsSync(file)) throw error
    // Imported late, because it loads the YAML parser.
    const { placeInYaml } = await import('../base/yaml/yaml-file.ts')
    const place = placeInYaml(file, await readFile(file, 'utf8'), at)
    const { code, message, tail, hint } = error
    throw new UsageError(code, `${place}: ${message}`, { cause: error, tail, hint })
  }
}
