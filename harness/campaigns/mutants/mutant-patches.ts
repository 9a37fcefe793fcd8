// Mutants: patches that put one bug on top of a series, to prove that the scenarios would notice it.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { UsageError } from '../../base/errors.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import { readMail } from '../../kernel/series/mail.ts'

/** One bug, as its patch describes it. */
export interface Mutant {
  /** The name of the file without `.patch`. */
  readonly name: string
  readonly file: string
  /** What the patch does, without the prefix of the subject. */
  readonly title: string
  /** Its number in the catalogue of known bugs. */
  readonly bug?: string
  /** The scenarios that are most likely to notice it. */
  readonly scenarios: readonly string[]
}

const folderName = 'mutants'

/**
 * The mutants of a kernel by name: what lies in the folder `mutants` of each of its series.
 * @throws {UsageError} MUTANTS_MISSING when it has none
 * @throws {UsageError} MUTANT_INVALID for a patch without a subject or without scenarios
 */
export async function readMutants(definition: KernelDefinition): Promise<Mutant[]> {
  const mutants: Mutant[] = []
  for (const part of definition.series) {
    if (part.kind === 'path') mutants.push(...(await readFolder(path.join(part.path, folderName))))
  }
  if (mutants.length > 0) return mutants.toSorted((left, right) => left.name.localeCompare(right.name))
  throw new UsageError('MUTANTS_MISSING', `the kernel ${definition.name} has no mutants`, {
    hint: `mutants are patches in the folder '${folderName}' of a series`,
  })
}

async function readFolder(folder: string): Promise<Mutant[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    // A series that is an mbox has no folder in it.
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) return []
    throw error
  })
  return Promise.all(
    names
      .filter((name) => name.endsWith('.patch'))
      .map(async (name) => {
        const file = path.join(folder, name)
        return parseMutant(file, await readFile(file, 'latin1'))
      }),
  )
}

function parseMutant(file: string, text: string): Mutant {
  const title = readMail(text).subject.replace(/^\[[^\]]*\] */, '')
  const line = (key: string): string | undefined => new RegExp(`^${key}: *(.+)$`, 'm').exec(text)?.[1]?.trim()
  const bug = line('Bug')
  const scenarios = (line('Scenarios') ?? '').split(/[\s,]+/).filter((name) => name !== '')
  if (title === '' || scenarios.length === 0) {
    const missing = title === '' ? 'Subject' : 'Scenarios'
    throw new UsageError('MUTANT_INVALID', `the mutant ${file} has no line '${missing}: …'`, {
      hint: 'Subject says what is broken, Scenarios names who should notice it, separated by commas',
    })
  }
  return {
    name: path.basename(file, '.patch'),
    file,
    title,
    ...(bug === undefined ? {} : { bug }),
    scenarios,
  }
}

/**
 * The definition of the kernel with the mutant. It is built in the same tree, so that only what the mutant changes is
 * compiled, and stored under a key of its own.
 */
export function withMutant(definition: KernelDefinition, mutant: Mutant): KernelDefinition {
  return {
    ...definition,
    name: `${definition.name}+${mutant.name}`,
    series: [...definition.series, { kind: 'path', name: mutant.name, path: mutant.file }],
  }
}
