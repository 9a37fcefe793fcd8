// Finds, loads and resolves kernel definitions: those in kernel-configs/kernels, and those in other files.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { hasShape } from '../../base/has-shape.ts'
import { tryNearest } from '../../base/nearest.ts'
import { cacheDirectory, moduleEnding, shownPath } from '../../base/paths.ts'
import { readTextFile } from '../../base/read-text-file.ts'
import { isMissing, readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import { prune } from '../../cache/whole-directory.ts'
import { composedName, withWords, writtenOf, type KernelWords } from './compose.ts'
import type { WrittenDefinition } from './definition-schema.ts'
import { fragmentFile, seriesPart, sourceOf } from './definition-paths.ts'
import { faultOfName } from './kernel-name.ts'
import { fileOfKernel, kernelsDirectory, namesIn, ownDirectory } from './own-definitions.ts'
import type { KernelDefinition } from './definition.ts'

/** The default kernel of all verbs. */
export const defaultKernel = 'gmem-convert'

/** Lists the names of the project's definitions, sorted. */
export async function listKernelDefinitions(): Promise<string[]> {
  return namesIn(kernelsDirectory)
}

/** Lists the names of the user's own definitions, sorted. */
export async function listOwnKernels(): Promise<string[]> {
  try {
    return await namesIn(ownDirectory())
  } catch (error) {
    // A user without a home has none.
    if (error instanceof InfraError) return []
    throw error
  }
}

/** The next step of a user who names a tree or a kernel in place of a definition. */
const wantedHint = 'name a YAML file with the tree as its source: README.md, "Your own tree or series"'

/**
 * Loads the definition with this name, or in this file (a text with a slash, or that ends in .yaml).
 * @throws {UsageError} KERNEL_UNKNOWN, with the nearest and all names
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column
 */
export async function loadKernelDefinition(nameOrFile: string): Promise<KernelDefinition> {
  const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile)
  const file = isFile ? path.resolve(nameOrFile) : fileOfKernel(nameOrFile)
  const text = await readTextFile(file, 'a kernel definition', wantedHint).catch(async (error: unknown) => {
    throw await unreadable(nameOrFile, isFile, error)
  })
  requireKernelName(file)
  return resolveDefinition(file, await checked(file, text))
}

function kernelNameOf(file: string): string {
  return path.basename(file).replace(/\.ya?ml$/, '')
}

/** Refuses names that make, a shell or a file system cannot take: a work tree and a directory of results have the name. */
function requireKernelName(file: string): void {
  const why = faultOfName(kernelNameOf(file))
  if (why === undefined) return
  throw new UsageError(
    'KERNEL_NAME',
    `the file ${JSON.stringify(shownPath(file))} cannot give a kernel its name: ${why}`,
    {
      hint: 'rename the file, for example to my-kernel.yaml',
    },
  )
}

async function unreadable(nameOrFile: string, isFile: boolean, cause: unknown): Promise<Error> {
  if (cause instanceof UsageError) return new UsageError('KERNEL_UNKNOWN', cause.message, { cause, hint: cause.hint })
  if (!isMissing(cause) && !hasCode(cause, 'ENAMETOOLONG')) {
    return new InfraError('DEFINITION_UNREADABLE', `cannot read ${nameOrFile}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a YAML file that this user may read',
    })
  }
  const names = [...(await listKernelDefinitions()), ...(await listOwnKernels())]
  const all = `the kernel definitions are ${names.join(', ')}; a path to a YAML file works as well`
  if (isFile) return new UsageError('KERNEL_UNKNOWN', `there is no file ${nameOrFile}`, { cause, hint: all })
  const hint = tryNearest(nameOrFile, names, all)
  return new UsageError('KERNEL_UNKNOWN', `there is no kernel definition '${nameOrFile}'`, { cause, hint })
}

/** How many checked definitions are remembered. */
const mostRemembered = 64

/**
 * Checks a definition, and remembers the outcome: the YAML parser and the schema take longer to load than all other work
 * before QEMU starts on a cached kernel. The key has the text and the schema, and no path: all checkouts share the memory.
 */
async function checked(file: string, text: string): Promise<WrittenDefinition> {
  const schemas = ['definition-schema', 'allowances', '../../base/yaml/yaml-file', '../../uapi/dialect']
  const code = await Promise.all(
    schemas.map((schema) => readFile(path.join(import.meta.dirname, `${schema}${moduleEnding}`), 'utf8')),
  )
  const memory = memoryOf(keyOf([...code, text]))
  const known = memory === undefined ? undefined : await readJson(memory)
  if (isWrittenDefinition(known)) return known
  const { readDefinition } = await import('./definition-schema.ts')
  const definition = readDefinition(file, text)
  if (memory === undefined) return definition
  await rememberJson(memory, definition)
  await prune(path.dirname(memory), mostRemembered).catch(() => undefined)
  return definition
}

/** Returns the file for a remembered outcome; undefined for a user without a home, who may still list definitions. */
function memoryOf(key: string): string | undefined {
  try {
    return path.join(cacheDirectory(), 'definitions', `${key}.json`)
  } catch (error) {
    if (error instanceof InfraError) return undefined
    throw error
  }
}

const shape = {
  description: 'string',
  dialect: 'string',
  source: 'object',
  series: 'array',
  fragments: 'array',
  parameters: 'array',
  expectSkips: 'object',
  slowdown: 'number',
  isolation: 'string',
  allow: 'array',
} as const satisfies Record<Exclude<keyof WrittenDefinition, 'inSource' | 'threeWay'>, string>

function isWrittenDefinition(value: unknown): value is WrittenDefinition {
  return hasShape(value, shape)
}

/**
 * Returns the definition that words of the command line give, alone or on top of the definition with this name.
 * @throws {UsageError} the errors of `loadKernelDefinition`, SOURCE_MISSING, SOURCE_WORD, SERIES_WORD
 */
export async function composeDefinition(
  nameOrFile: string | undefined,
  words: KernelWords,
  base: string,
): Promise<KernelDefinition> {
  if (nameOrFile !== undefined) return withWords(await loadKernelDefinition(nameOrFile), words, base)
  const written = writtenOf(words, base)
  return resolveDefinition(path.join(base, `${composedName(written, base)}.yaml`), written)
}

/** Resolves a checked definition from this file: names become paths of this checkout, and relative paths absolute ones. */
function resolveDefinition(file: string, parsed: WrittenDefinition): KernelDefinition {
  const base = path.dirname(file)
  return {
    ...parsed,
    name: kernelNameOf(file),
    file,
    source: sourceOf(parsed.source, base),
    series: parsed.series.map((part) => seriesPart(part, base)),
    fragments: parsed.fragments.map((name) => fragmentFile(name, base)),
  }
}
