// One mail of a file, as git reads it, with what tells its place in a series.
import type { Fault } from '../series/patch-fault.ts'
import { hasDiff, type MailReading } from '../series/patch.ts'
import type { BaseFacts } from './base-facts.ts'
import { changesOf } from './changes.ts'
import type { SubjectFacts } from './subject.ts'

/** A mail; `reading` is how git reads its diff whole. */
export interface Mail {
  /** `FILE[3]: subject`. */
  readonly name: string
  /** The name of its file below its folder. */
  readonly file: string
  /** Its number in the file, from 1. */
  readonly index: number
  readonly reading: MailReading
  /** The decoded subject of its header. */
  readonly subject: string
  readonly facts: SubjectFacts
  /** The address in its From line. */
  readonly sender: string
  /** Milliseconds since 1970; undefined without a date that is understood. */
  readonly date: number | undefined
  readonly messageId: string | undefined
  /** The Message-IDs of the mails that it answers, the nearest first. */
  readonly parents: readonly string[]
  readonly base: BaseFacts
  /** All Message-IDs in its text, as of links to earlier versions. */
  readonly links: readonly string[]
  /** The text that `git apply` gets. */
  readonly diff: string
  /** Why its file cannot be used, also when the mail is no patch: other mails may be in it, or a part of it in another one. */
  readonly splitFault: Fault | undefined
  /** What keeps git from reading its patch as it was meant. */
  readonly fault: Fault | undefined
  readonly sha256: string
}

/** Returns whether a mail brings a patch: not an answer, and not a cover letter, which may have the changes since its last version. */
export function isPatch({ facts, diff }: Mail): boolean {
  return !facts.isReply && facts.number !== 0 && hasDiff(diff)
}

/** Returns whether two mails bring the same changes. */
export function isSamePatch(one: Mail, other: Mail): boolean {
  return changesOf(one.diff) === changesOf(other.diff)
}

/** Returns how a message names a mail that has no other name: by its Message-ID if it has one. */
export function mailName({ name, messageId }: Mail): string {
  return messageId === undefined ? `'${name}'` : `'${name}' <${messageId}>`
}

/** Returns the Message-IDs of the mails that a mail answers, directly or not. */
export function answeredBy(mail: Mail | undefined, mails: readonly Mail[]): Set<string> {
  const parents = new Map(
    mails.flatMap(({ messageId, parents: above }) => (messageId === undefined ? [] : [[messageId, above]])),
  )
  const found = new Set<string>()
  const open = [...(mail?.parents ?? [])]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    open.push(...(parents.get(id) ?? []))
  }
  return found
}
