// A folder of programs that is kept between campaigns: each runs before the random sequences, and findings are added.
import { createHash } from 'node:crypto'
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

/** The folder of the programs that were the first to reach some code, in that of a corpus. */
const frontierName = 'frontier'

/** Reads the programs that reached new code in earlier campaigns. @throws {UsageError} PROGRAM_INVALID */
export async function readFrontier(folder: string): Promise<Program[]> {
  const stored = await readCorpus(path.join(folder, frontierName))
  return stored.map(({ program }) => program)
}

/** Writes a program that reached new code; equal programs have one file. */
export async function addToFrontier(folder: string, program: Program): Promise<void> {
  const text = formatProgram(program, [])
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
  await writeWhole(path.join(folder, frontierName, `${program.shape.pageSize.toLowerCase()}-${digest}.yaml`), text)
}

/** Writes a finding into the folder; equal findings have one file. */
export async function addToCorpus(folder: string, { program, fingerprint }: Finding): Promise<void> {
  const words = fingerprint.toLowerCase().match(/[a-z\d]+/g) ?? []
  const name = [program.shape.pageSize.toLowerCase(), ...words].join('-').slice(0, 100)
  await writeWhole(path.join(folder, `${name}.yaml`), formatProgram(program, [fingerprint]))
}
