// What a kernel under test is made of: the definitions in kernel-configs/kernels, and where to find one.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from './definition.ts'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { cacheDirectory, inProject } from '../../base/paths.ts'

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
