// Puts the mails of one box together: the patches of each version of each series, in the order of their numbers.
import { hasDiff } from '../series/patch.ts'
import { isSamePatch, type Mail } from './mail.ts'
import { plainTitle } from './subject.ts'

/** The mails of one version of a series. */
export interface Version {
  /** The first of its mails in the box; its subject has the version. */
  readonly first: Mail
  /** The Message-ID at which its thread begins; undefined for mails without one. */
  readonly anchor: string | undefined
  cover: Mail | undefined
  readonly patches: Map<number, Mail>
  /** Two mails with the same number and other changes. */
  readonly conflicts: (readonly [Mail, Mail])[]
}

/** Groups the mails with numbers that answer nothing; the order of the mails does not matter. */
export function groupVersions(mails: readonly Mail[]): Version[] {
  const byId = Map.groupBy(mails, ({ messageId }) => messageId)
  const threads: Version[] = []
  const sent = mails.filter((mail) => mail.facts.number !== undefined && !mail.facts.isReply && !isAnswer(mail, byId))
  for (const mail of sent) {
    const anchor = anchorOf(mail, byId)
    const found = threads.findLast(
      (one) =>
        isOfVersion(one.first, mail) &&
        // Mails without a Message-ID follow each other.
        (anchor === undefined ? one.anchor === undefined && hasPlace(one, mail) : one.anchor === anchor),
    )
    if (found !== undefined) add(found, mail)
    else threads.push(newVersion(mail, anchor))
  }
  return joined(threads)
}

/** Returns whether a mail without `Re:` is an answer: it has the subject of the mail above it, and no patch of its own. */
function isAnswer(mail: Mail, byId: ReadonlyMap<string | undefined, readonly Mail[]>): boolean {
  if (hasDiff(mail.diff) && mail.facts.number !== 0) return false
  return mail.parents
    .flatMap((id) => byId.get(id) ?? [])
    .some(
      (one) =>
        isOfVersion(one, mail) &&
        one.facts.number === mail.facts.number &&
        plainTitle(one.facts) === plainTitle(mail.facts) &&
        (one.sender !== mail.sender || mail.facts.number !== 0),
    )
}

function newVersion(first: Mail, anchor: string | undefined): Version {
  const version = { first, anchor, cover: undefined, patches: new Map<number, Mail>(), conflicts: [] }
  add(version, first)
  return version
}

function isOfVersion({ facts: one }: Mail, { facts: other }: Mail): boolean {
  return one.version === other.version && one.total === other.total
}

/** Returns whether a mail without a thread may belong to a version: its number is free, or has the same patch. */
function hasPlace(version: Version, mail: Mail): boolean {
  const { number, isRfc, isResend } = mail.facts
  if (version.first.facts.isRfc !== isRfc || version.first.facts.isResend !== isResend) return false
  if (number === undefined || number === 0) return version.cover === undefined
  const present = version.patches.get(number)
  return present === undefined || isSamePatch(present, mail)
}

/**
 * Joins the parts of a series that no thread connects: one sender, one version, each number once. The parts follow each other
 * in time, so a series and its resend stay apart.
 */
function joined(threads: readonly Version[]): Version[] {
  const versions: Version[] = []
  for (const part of threads.toSorted((left, right) => (left.first.date ?? 0) - (right.first.date ?? 0))) {
    const fits = versions.filter((one) => isOtherPart(one, part))
    const version = fits.findLast(({ first }) => first.facts.isRfc === part.first.facts.isRfc) ?? fits.at(-1)
    if (version === undefined) versions.push(part)
    else for (const mail of mailsOf(part)) add(version, mail)
  }
  return versions
}

function isOtherPart(one: Version, other: Version): boolean {
  if (!isOfVersion(one.first, other.first) || one.first.sender !== other.first.sender) return false
  if (one.first.facts.isResend !== other.first.facts.isResend) return false
  if (one.cover !== undefined && other.cover !== undefined) return false
  return ![...one.patches.keys()].some((number) => other.patches.has(number))
}

/** Returns the Message-ID at which the thread of a series begins; undefined for a mail without a Message-ID. */
function anchorOf(mail: Mail, byId: ReadonlyMap<string | undefined, readonly Mail[]>): string | undefined {
  let [current, anchor] = [mail, mail.messageId]
  for (let step = 0; step < byId.size; step++) {
    const parent = current.parents
      .flatMap((id) => byId.get(id) ?? [])
      .find((one) => !one.facts.isReply && isOfVersion(one, current) && isBefore(one, current))
    if (parent === undefined) break
    ;[current, anchor] = [parent, parent.messageId]
  }
  // The mails of a series whose cover letter is not in the box still answer it.
  const [above] = current.parents
  return current.facts.number !== 0 && above !== undefined && !byId.has(above) ? above : anchor
}

function isBefore({ facts: one }: Mail, { facts: other }: Mail): boolean {
  return one.number !== undefined && other.number !== undefined && one.number < other.number
}

function add(version: Version, mail: Mail): void {
  const { number = 0, isResend } = mail.facts
  if (number === 0) {
    version.cover ??= mail
    return
  }
  const present = version.patches.get(number)
  if (present === undefined) version.patches.set(number, mail)
  else if (isSamePatch(present, mail)) {
    if (present.fault !== undefined && mail.fault === undefined) version.patches.set(number, mail)
  } else if (isResend !== present.facts.isResend) {
    if (isResend) version.patches.set(number, mail)
  } else version.conflicts.push([present, mail])
}

/** Lists the numbers that a version lacks. */
export function missingNumbers({ first, patches }: Version): number[] {
  return Array.from({ length: first.facts.total }, (_, index) => index + 1).filter((number) => !patches.has(number))
}

/** Returns the patches of a version in the order of their numbers. */
export function orderedPatches({ patches }: Version): Mail[] {
  return [...patches].toSorted(([left], [right]) => left - right).map(([, mail]) => mail)
}

/** Returns all mails of a version, the cover letter first. */
export function mailsOf(version: Version): Mail[] {
  return [...(version.cover === undefined ? [] : [version.cover]), ...orderedPatches(version)]
}

/** Returns the title of a series: that of its cover letter, or of its first patch. */
export function titleOf(version: Version): string {
  return (version.cover ?? orderedPatches(version)[0] ?? version.first).facts.title
}

/** Returns whether two versions belong to one series: by b4's change-id, a title, a link or most of their patches. */
export function areOneSeries(one: Version, other: Version): boolean {
  const [mine, theirs] = [changeIdsOf(one), changeIdsOf(other)]
  if (mine.length > 0 && theirs.length > 0) return mine.some((id) => theirs.includes(id))
  if (plainTitle({ title: titleOf(one) }) === plainTitle({ title: titleOf(other) })) return true
  if (linksTo(one, other) || linksTo(other, one) || areAlike(one, other)) return true
  const [titles, others] = [titlesOf(one), titlesOf(other)]
  const common = [...titles].filter((title) => others.has(title)).length
  return common > 0 && common * 2 >= Math.min(titles.size, others.size)
}

/** Returns whether one sender may have changed the title from one version to the next: most of its words are the same. */
function areAlike(one: Version, other: Version): boolean {
  if (one.first.sender !== other.first.sender || one.first.facts.version === other.first.facts.version) return false
  const [words, others] = [one, other].map((version) => new Set(plainTitle({ title: titleOf(version) }).split(' ')))
  if (words === undefined || others === undefined) return false
  const common = [...words].filter((word) => others.has(word)).length
  return common >= 2 && common * 2 > Math.max(words.size, others.size)
}

function changeIdsOf(version: Version): string[] {
  return mailsOf(version).flatMap(({ base }) => base.changeId ?? [])
}

function titlesOf(version: Version): Set<string> {
  return new Set(orderedPatches(version).map(({ facts }) => plainTitle(facts)))
}

/** Returns whether a version answers another one, or links to it. */
function linksTo(one: Version, other: Version): boolean {
  const ids = new Set(mailsOf(other).flatMap(({ messageId }) => messageId ?? []))
  if (one.first.facts.version === other.first.facts.version && one.first.facts.isRfc === other.first.facts.isRfc)
    return false
  return mailsOf(one).some(({ parents, links }) => [...parents, ...links].some((id) => ids.has(id)))
}
