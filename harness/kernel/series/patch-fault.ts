// The reason why a patch is refused before git applies it.
import { UsageError } from '../../base/errors.ts'

/** What is wrong with a text, and the next step of its reader. */
export interface Fault {
  readonly what: string
  readonly hint: string
}

/** Returns the error for a patch with a fault; `subject` names the patch or the mail in the file. */
export function unreadablePatch(subject: string, file: string, { what, hint }: Fault): UsageError {
  return new UsageError('PATCH_UNREADABLE', `the patch '${subject}' (${file}) cannot be read: ${what}`, {
    hint,
  })
}
