// Finds, loads and resolves kernel definitions: those in kernel-configs/kernels, and those in other files.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { hasShape } from '../../base/has-shape.ts'
import { tryNearest } from '../../base/nearest.ts'
import { cacheDirectory, inProject } from '../../base/paths.ts'
import { isMissing, readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import { prune } from '../../cache/whole-directory.ts'
import type { WrittenDefinition } from './definition-schema.ts'
import type { FragmentFile, KernelDefinition, KernelSource, SeriesPart } from './definition.ts'

/** The default kernel of all verbs. */
export const defaultKernel = 'gmem-convert'

const kernelsDirectory = inProject('kernel-configs/kernels')

/** Lists the names of the project's definitions, sorted. */
export async function listKernelDefinitions(): Promise<string[]> {
  const files = await readdir(kernelsDirectory)
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .toSorted()
}

/**
 * Loads the definition with this name, or in this file (a text with a slash, or that ends in .yaml).
 * @throws {UsageError} KERNEL_UNKNOWN, with the nearest and all names
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column
 */
export async function loadKernelDefinition(nameOrFile: string): Promise<KernelDefinition> {
  const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile)
  const file = isFile ? path.resolve(nameOrFile) : path.join(kernelsDirectory, `${nameOrFile}.yaml`)
  const text = await readFile(file, 'utf8').catch(async (error: unknown) => {
    throw await unreadable(nameOrFile, isFile, error)
  })
  return resolveDefinition(file, await checked(file, text))
}

async function unreadable(nameOrFile: string, isFile: boolean, cause: unknown): Promise<Error> {
  if (hasCode(cause, 'EISDIR')) {
    return new UsageError('KERNEL_UNKNOWN', `${nameOrFile} is a directory, not a kernel definition`, {
      cause,
      hint: 'write a definition with the tree as its source: README.md, "Your own tree or series"',
    })
  }
  if (!isMissing(cause)) {
    return new InfraError('DEFINITION_UNREADABLE', `cannot read ${nameOrFile}: ${messageOf(cause)}`, { cause })
  }
  const names = await listKernelDefinitions()
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
  const schemas = ['definition-schema.ts', 'allowances.ts', '../../base/yaml-file.ts']
  const code = await Promise.all(schemas.map((schema) => readFile(path.join(import.meta.dirname, schema), 'utf8')))
  const memory = path.join(cacheDirectory(), 'definitions', `${keyOf([...code, text])}.json`)
  const known = await readJson(memory)
  if (isWrittenDefinition(known)) return known
  const { readDefinition } = await import('./definition-schema.ts')
  const definition = readDefinition(file, text)
  await rememberJson(memory, definition)
  await prune(path.dirname(memory), mostRemembered).catch(() => undefined)
  return definition
}

const shape = {
  description: 'string',
  dialect: 'string',
  source: 'object',
  series: 'array',
  fragments: 'array',
  expectSkips: 'object',
  slowdown: 'number',
  isolation: 'string',
  allow: 'array',
} as const satisfies Record<keyof WrittenDefinition, string>

function isWrittenDefinition(value: unknown): value is WrittenDefinition {
  return hasShape(value, shape)
}

/** Resolves a checked definition from this file: names become paths of this checkout, and relative paths absolute ones. */
function resolveDefinition(file: string, parsed: WrittenDefinition): KernelDefinition {
  const base = path.dirname(file)
  return {
    ...parsed,
    name: path.basename(file).replace(/\.ya?ml$/, ''),
    file,
    source: sourceOf(parsed.source, base),
    series: parsed.series.map((part) => seriesPart(part, base)),
    fragments: parsed.fragments.map((name) => fragmentFile(name, base)),
  }
}

/** Returns whether a location is not a path of this computer: `https://…`, `file://…` or `host:path`. */
function isRemote(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^[\w.@-]+:/.test(location)
}

function locationOf(location: string, base: string): string {
  if (location.startsWith('file://')) return decodeURIComponent(new URL(location).pathname)
  return isRemote(location) ? location : path.resolve(base, location)
}

function sourceOf(source: WrittenDefinition['source'], base: string): KernelSource {
  if (source.debian !== undefined) {
    const suite = source.suite === undefined ? {} : { suite: source.suite }
    return { kind: 'debian', package: source.debian, ...suite }
  }
  if (source.tarball !== undefined) {
    return { kind: 'tarball', location: locationOf(source.tarball, base), sha256: source.sha256 ?? '' }
  }
  if (source.git !== undefined) {
    return { kind: 'git', location: locationOf(source.git, base), ref: source.ref ?? '' }
  }
  return { kind: 'dir', path: path.resolve(base, source.dir ?? '') }
}

function seriesPart(part: WrittenDefinition['series'][number], base: string): SeriesPart {
  if (typeof part !== 'string') {
    return { kind: 'git', name: part.range, repository: path.resolve(base, part.git), range: part.range }
  }
  const isName = !part.includes('/') && !part.endsWith('.mbox')
  return {
    kind: 'path',
    name: path.basename(part),
    path: isName ? inProject('kernel-configs/series', part) : path.resolve(base, part),
  }
}

function fragmentFile(name: string, base: string): FragmentFile {
  const isName = !name.includes('/') && !name.endsWith('.config')
  return {
    name: path.basename(name, '.config'),
    path: isName ? inProject('kernel-configs/fragments', `${name}.config`) : path.resolve(base, name),
  }
}
