// Sentences for the user about results that were read.
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'

/** Returns a function that prints a sentence to standard error. */
export function noteTeller({ stderr }: Pick<CommandContext, 'stderr'>): (note: string) => void {
  return (note) => void stderr.write(`gmemtest: ${plainText(note)}\n`)
}
