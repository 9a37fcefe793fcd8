// Mutants: patches that add one bug to a series, to prove that the scenarios detect the bug.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { UsageError } from '../../base/errors.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import { readClaims, type Claim } from './claims.ts'

/** One bug, described by its patch. */
export interface Mutant {
  /** The name of the file without `.patch`. */
  readonly name: string
  readonly file: string
  /** The subject of the patch, without its prefix. */
  readonly title: string
  /** Its numbers in the catalogue of known bugs. */
  readonly bugs: readonly string[]
  /** The scenarios that kill it; at least one. */
  readonly claims: readonly Claim[]
}

const folderName = 'mutants'

/**
 * Reads the mutants of a kernel, sorted by name: the patches in the folder `mutants` of each of its series.
 * @throws {UsageError} MUTANTS_MISSING when the kernel has none
 * @throws {UsageError} MUTANT_INVALID for a patch without a subject or without a claim
 */
export async function readMutants(definition: KernelDefinition): Promise<Mutant[]> {
  const mutants = await mutantsOf(definition)
  if (mutants.length > 0) return mutants
  throw new UsageError('MUTANTS_MISSING', `the kernel ${definition.name} has no mutants`, {
    hint: `put patches into the folder '${folderName}' of one of its series`,
  })
}

/**
 * Reads the mutants of a kernel as `readMutants` does; a kernel may have none.
 * @throws {UsageError} MUTANT_INVALID
 */
export async function mutantsOf({ series }: Pick<KernelDefinition, 'series'>): Promise<Mutant[]> {
  const mutants: Mutant[] = []
  for (const part of series) {
    if (part.kind === 'path') mutants.push(...(await readFolder(path.join(part.path, folderName))))
  }
  return mutants.toSorted((left, right) => left.name.localeCompare(right.name))
}

async function readFolder(folder: string): Promise<Mutant[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    // A series may have no such folder, or be an mbox.
    if (isMissing(error)) return []
    throw error
  })
  return Promise.all(
    names
      // Editors put locks and copies with such names beside a file: .#mine.patch
      .filter((name) => name.endsWith('.patch') && !name.startsWith('.'))
      .map(async (name) => {
        const file = path.join(folder, name)
        return parseMutant(file, await readFile(file, 'latin1'))
      }),
  )
}

function parseMutant(file: string, text: string): Mutant {
  const line = (key: string): string | undefined =>
    new RegExp(`^${key}: *(.+(?:\\n[ \\t].+)*)`, 'm')
      .exec(text)?.[1]
      ?.replaceAll(/\n[ \t]+/g, ' ')
      .trim()
  const title = (line('Subject') ?? '').replace(/^\[[^\]]*\] */, '')
  const bugs = (line('Bug') ?? '').split(/[\s,]+/).filter((id) => id !== '')
  const claims = readClaims(file, text)
  if (title === '' || claims.length === 0) {
    const missing = title === '' ? 'Subject' : 'Killed-by'
    throw new UsageError('MUTANT_INVALID', `the mutant ${file} has no line '${missing}: …'`, {
      hint: 'add both lines: Subject describes the bug, Killed-by names a scenario that detects it and the check that fails',
    })
  }
  return { name: path.basename(file, '.patch'), file, title, bugs, claims }
}

/**
 * Returns the definition of the kernel with the mutant. The build uses the same tree, so it compiles only the files that the
 * mutant changes; the store keeps it under a key of its own.
 */
export function withMutant(definition: KernelDefinition, mutant: Mutant): KernelDefinition {
  return {
    ...definition,
    name: `${definition.name}+${mutant.name}`,
    series: [...definition.series, { kind: 'path', name: mutant.name, path: mutant.file }],
  }
}
