// What a kernel under test is made of: the definitions in kernel-configs/kernels, and where to find one.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Allowance } from './allowances.ts'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { cacheDirectory, inProject } from '../../base/paths.ts'

/** Which conversion uAPI a kernel speaks (docs/architecture.md, Words). */
export type Dialect = 'convert-ioctl' | 'gmem-attributes' | 'vm-attributes'

/** Where the tree comes from; all paths are absolute. */
export type KernelSource =
  | { readonly kind: 'debian'; readonly package: string; readonly suite?: string }
  | { readonly kind: 'tarball'; readonly location: string; readonly sha256: string }
  | { readonly kind: 'git'; readonly location: string; readonly ref: string }
  | { readonly kind: 'dir'; readonly path: string }

/** A part of what is applied on top of the source, in order. A path is a folder of patches or an mbox file. */
export type SeriesPart =
  | { readonly kind: 'path'; readonly name: string; readonly path: string }
  | { readonly kind: 'git'; readonly name: string; readonly repository: string; readonly range: string }

/** A file of Kconfig options that are asked for. */
export interface FragmentFile {
  readonly name: string
  readonly path: string
}

/**
 * How much two scenarios share.
 * - `vm`, `boot`: each has a machine that nothing has run in, which was restored or has booted.
 * - `none`: a machine is kept for the next scenario while it is clean.
 */
export type Isolation = (typeof isolations)[number]

export const isolations = ['vm', 'boot', 'none'] as const

/** A kernel definition, checked, with all paths absolute. */
export interface KernelDefinition {
  readonly name: string
  readonly description: string
  /** The YAML file that says all this. */
  readonly file: string
  readonly source: KernelSource
  readonly series: readonly SeriesPart[]
  readonly fragments: readonly FragmentFile[]
  readonly dialect: Dialect
  /** Needs of scenarios that this kernel is known to lack, each with the reason; other skips are news. */
  readonly expectSkips: Readonly<Record<string, string>>
  /** Present when it is built in another way than its file says: it shares no objects with kernels that are not. */
  readonly flavour?: string
  /** How many times slower it is than a kernel without debug options; deadlines are multiplied by it. */
  readonly slowdown: number
  /** How much its scenarios share when nobody says it. */
  readonly isolation: Isolation
  /** What it may complain about. */
  readonly allow: readonly Allowance[]
}

/** The kernel that verbs use when none is named. */
export const defaultKernel = 'gmem-convert'

const kernelsDirectory = inProject('kernel-configs/kernels')

/** The names of the definitions that the project has, sorted. */
export async function listKernelDefinitions(): Promise<string[]> {
  const files = await readdir(kernelsDirectory)
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .toSorted()
}

/**
 * The definition with this name, or the one in this file (anything with a slash, or that ends in .yaml).
 * @throws {UsageError} KERNEL_UNKNOWN, with what is near and what there is
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column
 */
export async function loadKernelDefinition(nameOrFile: string): Promise<KernelDefinition> {
  const isFile = nameOrFile.includes('/') || /\.ya?ml$/.test(nameOrFile)
  const file = isFile ? path.resolve(nameOrFile) : path.join(kernelsDirectory, `${nameOrFile}.yaml`)
  const text = await readFile(file, 'utf8').catch(async (error: unknown) => {
    throw await unreadable(nameOrFile, isFile, error)
  })
  return remembered(file, text, async () => {
    const { parseKernelDefinition } = await import('./definition-schema.ts')
    return parseKernelDefinition(file, text)
  })
}

async function unreadable(nameOrFile: string, isFile: boolean, cause: unknown): Promise<Error> {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EISDIR') {
    return new UsageError('KERNEL_UNKNOWN', `${nameOrFile} is a directory, not a kernel definition`, {
      cause,
      hint: 'a tree of the kernel is a source in a definition: README.md, "Your own tree or series"',
    })
  }
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  if (!isMissing) {
    return new InfraError('DEFINITION_UNREADABLE', `cannot read ${nameOrFile}: ${messageOf(cause)}`, {
      cause,
    })
  }
  const names = await listKernelDefinitions()
  const [near] = isFile ? [] : nearest(nameOrFile, names)
  const all = `the kernel definitions are ${names.join(', ')}; a path to a YAML file works as well`
  return new UsageError(
    'KERNEL_UNKNOWN',
    isFile ? `there is no file ${nameOrFile}` : `there is no kernel definition '${nameOrFile}'`,
    { cause, hint: near === undefined ? all : `did you mean '${near}'? ${all}` },
  )
}

/**
 * The outcome of checking a file is kept: loading the YAML parser and the schema takes longer than all else that a
 * run on a cached kernel does before QEMU starts. The schema is part of the key, so that a change of it counts.
 */
async function remembered(
  file: string,
  text: string,
  parse: () => Promise<KernelDefinition>,
): Promise<KernelDefinition> {
  const schemas = ['definition-schema.ts', 'allowances.ts', '../../base/yaml-file.ts']
  const hash = createHash('sha256')
  for (const schema of schemas) hash.update(await readFile(path.join(import.meta.dirname, schema)))
  const key = hash.update(`\0${file}\0${text}`).digest('hex')
  const memory = path.join(cacheDirectory(), 'definitions', `${key}.json`)
  try {
    const known: unknown = JSON.parse(await readFile(memory, 'utf8'))
    if (isKernelDefinition(known)) return known
  } catch {
    // Not there, or damaged: it is made again.
  }
  const definition = await parse()
  try {
    await mkdir(path.dirname(memory), { recursive: true })
    const temporary = `${memory}.${randomUUID()}`
    await writeFile(temporary, JSON.stringify(definition))
    await rename(temporary, memory)
  } catch {
    // A cache that cannot be written only costs time here; the store will say so clearly.
  }
  return definition
}

function isKernelDefinition(value: unknown): value is KernelDefinition {
  if (typeof value !== 'object' || value === null) return false
  const fields: Record<string, (field: unknown) => boolean> = {
    name: (field) => typeof field === 'string',
    description: (field) => typeof field === 'string',
    file: (field) => typeof field === 'string',
    dialect: (field) => typeof field === 'string',
    source: (field) => typeof field === 'object' && field !== null && 'kind' in field,
    series: Array.isArray,
    fragments: Array.isArray,
    expectSkips: (field) => typeof field === 'object' && field !== null,
    slowdown: (field) => typeof field === 'number',
    isolation: (field) => typeof field === 'string',
    allow: Array.isArray,
  }
  const entries = new Map(Object.entries(value))
  return Object.entries(fields).every(([name, isRight]) => isRight(entries.get(name)))
}
