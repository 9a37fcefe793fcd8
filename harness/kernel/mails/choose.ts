// Chooses from the mails of one box those that are applied: the newest whole version of one series.
import { UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { hasDiff } from '../series/patch.ts'
import { joinBaseFacts, type BaseFacts } from './base-facts.ts'
import { changesOf } from './changes.ts'
import { isPatch, isSamePatch, mailName, type Mail } from './mail.ts'
import type { Box } from './box.ts'
import { chooseVersion, type ChosenVersion } from './choose-version.ts'
import { describe, inOrder, seriesOf } from './one-series.ts'
import { plainTitle, versionName } from './subject.ts'
import { groupVersions, mailsOf, orderedPatches, titleOf, type Version } from './versions.ts'

/** The mails that are applied, in order. */
export interface Choice {
  readonly mails: readonly Mail[]
  readonly series: SeriesFacts
  /** One sentence about each thing that was left out. */
  readonly notices: readonly string[]
}

/** What the mails say about their series. */
export interface SeriesFacts extends BaseFacts {
  /** The title of the cover letter, or of the first patch. */
  readonly title?: string
  /** The version as the mailing lists write it, for a series with numbers. */
  readonly version?: string
  /** The Message-IDs of all its mails, the cover letter first. */
  readonly messageIds: readonly string[]
  /** b4's change-ids of all its mails. */
  readonly changeIds: readonly string[]
}

/**
 * Chooses the patches of a box.
 * @throws {UsageError} SERIES_INCOMPLETE, SERIES_SEVERAL, SERIES_AMBIGUOUS, SERIES_EMPTY
 */
export function chooseSeries({ name, mails: all, wanted, isOnePatch, isOrdered = false }: Box): Choice {
  const mails = withoutCopies(all)
  const versions = groupVersions(mails).filter(({ patches }) => patches.size > 0)
  const loose = mails.filter((mail) => mail.facts.number === undefined && isPatch(mail))
  if (versions.length === 0) return looseSeries(name, mails, loose, isOrdered)
  const chains = inOrder(name, seriesOf(versions, mails, wanted), mails)
  refuseOthers(name, chains, loose, mails, wanted)
  const chosen = chains.map((series) => chooseVersion(name, series, mails, { wanted, isOnePatch }))
  const taken = chosen.flatMap(({ version }) => mailsOf(version))
  return {
    mails: chosen.flatMap(({ version }) => orderedPatches(version)),
    series: factsOf(chosen),
    notices: [...chosen.flatMap(({ notices }) => notices), ...leftOut(name, mails, taken, versions)],
  }
}

/**
 * Leaves out the copies of a mail that came on two ways, with another header or footer: the first one without a fault stays.
 * Message-IDs alone do not tell: git format-patch gives two versions that it writes in one second the same ones.
 */
function withoutCopies(mails: readonly Mail[]): Mail[] {
  const best = new Map<string, Mail>()
  const isWhole = new Set<string>()
  for (const mail of mails) {
    if (mail.fault === undefined) isWhole.add(headOf(mail))
    const found = best.get(nameOf(mail))
    if (found === undefined || (found.fault !== undefined && mail.fault === undefined)) best.set(nameOf(mail), mail)
  }
  return mails.filter(
    (mail) =>
      mail.messageId === undefined ||
      (best.get(nameOf(mail)) === mail && (mail.fault === undefined || !isWhole.has(headOf(mail)))),
  )
}

function nameOf(mail: Mail): string {
  return mail.messageId === undefined ? mail.sha256 : `${headOf(mail)}\n${changesOf(mail.diff)}`
}

/** Returns what the copies of a mail have in common. */
function headOf({ messageId, facts: { version, isReply, number, total, title } }: Mail): string {
  return JSON.stringify([messageId, version, isReply, number, total, title])
}

/**
 * Refuses patches without a number that belong to no thread of the series: they are another series, or its first version, which
 * had one patch.
 */
function refuseOthers(
  name: string,
  series: readonly Version[][],
  loose: readonly Mail[],
  mails: readonly Mail[],
  wanted: string | undefined,
): void {
  const ids = new Set(mails.map(({ messageId }) => messageId))
  const numbered = series.flat().flatMap(mailsOf)
  const other = loose.find(
    (mail) => !mail.parents.some((id) => ids.has(id)) && !numbered.some((newer) => replaces(newer, mail)),
  )
  if (other === undefined || wanted !== undefined) return
  const [first] = series.flat()
  throw new UsageError('SERIES_SEVERAL', `${name} has another patch beside a series`, {
    tail: [...(first === undefined ? [] : [describe(first)]), mailName(other)],
    hint: 'save the series and the patch to files of their own, and name the files in the order in which they are applied',
  })
}

/** Returns a sentence for each kind of mail that is not applied. */
function leftOut(name: string, mails: readonly Mail[], taken: readonly Mail[], versions: readonly Version[]): string[] {
  const known = new Set([...taken, ...versions.flatMap(mailsOf)])
  const rest = mails.filter((mail) => !known.has(mail) && (mail.facts.isReply || mail.facts.number !== 0))
  const withDiff = rest.filter(({ diff }) => hasDiff(diff))
  const replies = rest.filter((mail) => !withDiff.includes(mail))
  return [
    ...withDiff.map((mail) => `${name}: the patch ${mailName(mail)} in the thread is left out`),
    ...(replies.length === 0 ? [] : [`${name}: ${plural(replies.length, 'other mail')} of the thread left out`]),
  ]
}

function factsOf(chosen: readonly ChosenVersion[]): SeriesFacts {
  const mails = chosen.flatMap(({ version }) => mailsOf(version))
  const last = chosen.at(-1)?.version
  return {
    ...joinBaseFacts(mails.map(({ base }) => base)),
    ...(last === undefined ? {} : { title: titleOf(last), version: versionName(last.first.facts) }),
    messageIds: mails.flatMap(({ messageId }) => messageId ?? []),
    changeIds: mails.flatMap(({ base }) => base.changeId ?? []),
  }
}

/** Chooses among patches without numbers: all of them in order, without the older versions of the same patch. */
function looseSeries(name: string, mails: readonly Mail[], patches: readonly Mail[], isOrdered: boolean): Choice {
  const loose = candidates(mails, patches)
  const newest = loose.filter((mail) => !loose.some((other) => replaces(other, mail)))
  const senders = new Set(newest.filter(({ messageId }) => messageId !== undefined).map(({ sender }) => sender))
  if (senders.size > 1 && !isOrdered) {
    throw new UsageError('SERIES_SEVERAL', `${name} has patches without numbers of several senders`, {
      tail: newest.map(mailName),
      hint: 'save each patch to a file of its own, and name the files in the order in which they are applied',
    })
  }
  const older = loose.filter((mail) => !newest.includes(mail))
  const others = mails.filter((mail) => !loose.includes(mail) && mail.facts.number !== 0)
  const [first] = newest
  return {
    mails: newest,
    series: {
      ...joinBaseFacts(newest.map(({ base }) => base)),
      ...(first === undefined ? {} : { title: first.facts.title }),
      messageIds: newest.flatMap(({ messageId }) => messageId ?? []),
      changeIds: newest.flatMap(({ base }) => base.changeId ?? []),
    },
    notices: [
      ...older.map((mail) => `${name}: ${mailName(mail)} is left out for a newer version`),
      ...(others.length === 0 || newest.length === 0
        ? []
        : [`${name}: ${plural(others.length, 'other mail')} of the thread left out`]),
    ],
  }
}

/** Returns the patches, and the mails that lost theirs; of a box without any, all mails, so that their faults are told. */
function candidates(mails: readonly Mail[], patches: readonly Mail[]): Mail[] {
  const letters = mails.filter(({ facts }) => facts.number !== 0)
  if (patches.length === 0) return letters.some(isFixup) ? letters.filter(isFixup) : letters
  return letters.filter((mail) => patches.includes(mail) || (/\bPATCH\b/i.test(mail.subject) && !mail.facts.isReply))
}

/** Returns whether a mail is an answer that brings a patch of its own. */
function isFixup({ diff }: Mail): boolean {
  return hasDiff(diff)
}

/** Returns whether a mail is a newer version of a patch: it has the same title, or answers the older one. */
function replaces(newer: Mail, older: Mail): boolean {
  const [one, other] = [newer.facts, older.facts]
  const isAnswer = newer.sender === older.sender && newer.parents.some((id) => id === older.messageId)
  if (newer === older || (plainTitle(one) !== plainTitle(other) && !isAnswer)) return false
  if (one.version !== other.version) return one.version > other.version
  if (plainTitle(one) !== plainTitle(other)) return false
  if (one.isResend !== other.isResend) return one.isResend
  return newer.messageId !== undefined && isSamePatch(newer, older) && newer.index > older.index
}
