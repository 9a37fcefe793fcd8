// A version of which only some patches were sent, each as an answer to the patch that it replaces. b4 calls it a partial reroll.
import { answeredBy, type Mail } from './mail.ts'
import { missingNumbers, type Version } from './versions.ts'

/**
 * Returns a version with the patches that it lacks, out of the next older version that has them; undefined if it lacks them for
 * another reason, as it does when it has a cover letter.
 */
export function rerolled(
  version: Version,
  older: readonly Version[],
  mails: readonly Mail[],
): { readonly version: Version; readonly base: Version } | undefined {
  const [next, ...rest] = older
  const isAlone = version.cover === undefined && version.conflicts.length === 0 && version.patches.size > 0
  if (next === undefined || !isAlone || next.first.facts.version === version.first.facts.version) return undefined
  const base = missingNumbers(next).length === 0 ? next : rerolled(next, rest, mails)?.version
  if (base === undefined || base.first.facts.total !== version.first.facts.total) return undefined
  const answersAll = [...version.patches].every(([number, mail]) => answers(mail, number, [next, ...rest], mails))
  if (!answersAll) return undefined
  const patches = new Map([...base.patches, ...version.patches])
  return { version: { ...version, cover: base.cover, conflicts: base.conflicts, patches }, base: next }
}

/** Returns whether a mail answers the patch with its number in an older version, directly or not. */
function answers(mail: Mail, number: number, older: readonly Version[], mails: readonly Mail[]): boolean {
  const above = answeredBy(mail, mails)
  return older.some(({ patches }) => {
    const id = patches.get(number)?.messageId
    return id !== undefined && above.has(id)
  })
}
