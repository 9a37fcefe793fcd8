// Archives of mails trim the blank lines at the end of a message: context lines of its last hunk.
import type { Fault } from './patch-fault.ts'

const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/
/** The context that diff writes behind the last change of a hunk, unless it was asked for more. */
const usualContext = 3

/** A diff whose end is whole, or the reason for which it cannot be. */
type Whole = { readonly diff: string } | { readonly fault: Fault }

/** Counts the lines that the last hunk of a diff lacks by its header, of the old file and of the new one. */
function missingAtEnd(diff: string): { readonly before: number; readonly after: number } {
  let [before, after] = [0, 0]
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    if (before > 0 || after > 0) {
      if (!line.startsWith('+') && !line.startsWith('\\')) before -= 1
      if (!line.startsWith('-') && !line.startsWith('\\')) after -= 1
      continue
    }
    const [isHeader, ofOld = '1', ofNew = '1'] = header.exec(line) ?? []
    if (isHeader !== undefined) [before, after] = [Number(ofOld), Number(ofNew)]
  }
  return { before, after }
}

/**
 * Puts blank context lines back at the end of a diff if the header of its last hunk counts them: as many in the old file as in
 * the new one, and no more than diff writes there. If another line stood there, the hunk will not apply.
 */
export function withWholeEnd(diff: string): Whole {
  const { before, after } = missingAtEnd(diff)
  if (before <= 0 && after <= 0) return { diff }
  if (before === after && before <= usualContext) {
    return { diff: `${diff.replace(/\n?$/, '\n')}${' \n'.repeat(before)}` }
  }
  const lines =
    before === after ? `${before} context lines` : `lines: ${before} of the old file, ${after} of the new one`
  return {
    fault: {
      what: `its last hunk lacks ${lines}`,
      hint: 'fetch the mail again in its raw form (b4 am, or the link "raw" of the archive); a copy of a web page lacks lines',
    },
  }
}
