// Writes the program of a failed test into the directory of the results.
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { programName } from '../../base/result-names.ts'
import { plainValue, visibleJson } from '../plain.ts'
import type { ProgramFile } from './program-file.ts'

/**
 * Writes the program of a test, and returns the name of the file in the directory, or the reason for which there is none. A
 * program that cannot be written does not change the verdict. The mutants of a campaign share a directory: their
 * names are in those of the files.
 */
export async function writeProgram(directory: string, program: ProgramFile): Promise<string> {
  const stem = program.mutant === undefined ? '' : `${program.mutant}-`
  const name = programName(`${stem}${program.name}`)
  const file = path.join(directory, name)
  try {
    const text = JSON.stringify(program, (key, value: unknown) => (isValue(key) ? plainValue(value) : value), 1)
    await writeFile(`${file}.new`, `${visibleJson(text)}\n`)
    await rename(`${file}.new`, file)
    return name
  } catch (error) {
    await rm(`${file}.new`, { force: true }).catch(() => undefined)
    return `there is no program: ${messageOf(error)}`
  }
}

function isValue(key: string): boolean {
  return key === 'wanted' || key === 'found'
}
