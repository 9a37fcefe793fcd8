// The programs of failed tests as C, for the report of their run.
import path from 'node:path'
import { GmemtestError } from '../../base/errors.ts'
import type { ReproducerOf } from '../../report/html/reproducers.ts'

/**
 * Returns what renders the programs in a directory of results. A program that cannot be read or rendered has the reason in
 * its place, and a name that is no file there has nothing.
 */
export function reproducersIn(directory: string): ReproducerOf {
  return async (name) => {
    // The results may come from anywhere; the program of a test is beside them, and so is no other file.
    if (path.basename(name) !== name || !name.endsWith('.json')) return undefined
    // Loaded late: only a failure has a program.
    const [{ cProgramOf }, { programOfFile }, { readProgram }] = await Promise.all([
      import('../../campaigns/repro/c-program.ts'),
      import('../../campaigns/repro/recorded-program.ts'),
      import('../../report/stored/read-program.ts'),
    ])
    try {
      return { source: await cProgramOf(programOfFile(await readProgram(path.join(directory, name)))) }
    } catch (error) {
      if (!(error instanceof GmemtestError)) throw error
      return error.code === 'PROGRAM_MISSING' ? undefined : { refused: error.message }
    }
  }
}
