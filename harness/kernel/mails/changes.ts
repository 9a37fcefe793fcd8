// What a patch changes, without the text that the lists and mail programs on its way put behind it.
import { essenceOf } from '../series/patch.ts'
import { behindHunks } from './cut-mail.ts'

const fileHeader =
  /^(?:(?:old|new) mode|(?:new|deleted) file mode|(?:dis)?similarity index|(?:rename|copy) (?:from|to)|index|GIT binary patch|Binary files)\b/
/** Signatures, and the footers of Mailman and of Google Groups. */
const footer = /^(?:-- ?|_{4,}) *$/m

/** Returns the changes of a diff, to compare two mails. */
export function changesOf(diff: string): string {
  const essence = essenceOf(diff)
  const behind = behindHunks(essence)
  const changes = essence.slice(0, essence.length - behind.length)
  // Behind a hunk, git apply reads only the header of another file; a file without a hunk has nothing but a header.
  const more = fileHeader.test(behind) ? (behind.split(footer)[0] ?? '') : ''
  return `${changes}${more}`.trimEnd()
}
