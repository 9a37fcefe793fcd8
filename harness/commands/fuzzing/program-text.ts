// The text of a program of `gmemtest fuzz`.
import { UsageError } from '../../base/errors.ts'
import { readTextFile } from '../../base/read-text-file.ts'

/** Reads the file of a program. @throws {UsageError} PROGRAM_MISSING, NOT_A_TEXT */
export async function programText(file: string): Promise<string> {
  try {
    return await readTextFile(file, 'a program of gmemtest fuzz')
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('PROGRAM_MISSING', `the program ${file} cannot be read`, {
      cause,
      hint: 'gmemtest fuzz writes programs into the directory of its results',
    })
  }
}
