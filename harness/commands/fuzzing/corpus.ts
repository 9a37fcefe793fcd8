// A folder of programs that is kept between campaigns: each runs before the random sequences, and findings are added.
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../cache/atomic-file.ts'
import type { Program } from '../../campaigns/fuzz/program/fuzz-program.ts'
import { formatProgram, parseProgram } from '../../campaigns/fuzz/program/program-yaml.ts'
import type { Finding } from '../../campaigns/fuzz/search/findings.ts'
import { programText } from './program-text.ts'

/** A program with its file. */
export interface StoredProgram {
  readonly name: string
  readonly file: string
  readonly program: Program
}

/** Reads a program. @throws {UsageError} PROGRAM_INVALID, and the errors of `programText` */
export async function readProgram(file: string): Promise<StoredProgram> {
  const program = parseProgram(file, await programText(file))
  return { name: path.basename(file).replace(/\.ya?ml$/, ''), file, program }
}

/**
 * Reads all programs of a folder, which is made if it does not exist, in the order of their names.
 * @throws {UsageError} PROGRAM_INVALID
 */
export async function readCorpus(folder: string): Promise<StoredProgram[]> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  return await Promise.all(names.map((name) => readProgram(path.join(folder, name))))
}

/** Writes a finding into the folder; equal findings have one file. */
export async function addToCorpus(folder: string, { program, fingerprint }: Finding): Promise<void> {
  const words = fingerprint.toLowerCase().match(/[a-z\d]+/g) ?? []
  const name = [program.shape.pageSize.toLowerCase(), ...words].join('-').slice(0, 100)
  await writeWhole(path.join(folder, `${name}.yaml`), formatProgram(program, [fingerprint]))
}
