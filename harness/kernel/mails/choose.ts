// Chooses from the mails of one box those that are applied: the newest whole version of one series.
import { UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { hasDiff } from '../series/patch.ts'
import { joinBaseFacts, type BaseFacts } from './base-facts.ts'
import { isPatch, isSamePatch, mailName, type Mail } from './mail.ts'
import { plainTitle, versionName } from './subject.ts'
import {
  areOneSeries,
  groupVersions,
  mailsOf,
  missingNumbers,
  orderedPatches,
  titleOf,
  type Version,
} from './versions.ts'

/** A box of mails. */
export interface Box {
  /** Its name in messages. */
  readonly name: string
  readonly mails: readonly Mail[]
  /** The Message-ID that the user named: its series and version are taken. */
  readonly wanted?: string
  /** The file has one mail, which may be one patch of a series. */
  readonly isOnePatch: boolean
  /** The mails have an order beside that of their numbers: the names of their files. */
  readonly isOrdered?: boolean
}

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

/** Leaves out the copies of a mail that came on two ways: the first one without a fault stays. */
function withoutCopies(mails: readonly Mail[]): Mail[] {
  const best = new Map<string, Mail>()
  for (const mail of mails) {
    if (mail.messageId === undefined) continue
    const found = best.get(mail.messageId)
    if (found === undefined || (found.fault !== undefined && mail.fault === undefined)) best.set(mail.messageId, mail)
  }
  return mails.filter((mail) => mail.messageId === undefined || best.get(mail.messageId) === mail)
}

/** Groups the versions by their series. With `wanted`, only the series of that mail stays, if a version has it. */
function seriesOf(versions: readonly Version[], mails: readonly Mail[], wanted: string | undefined): Version[][] {
  const found: Version[][] = []
  for (const version of versions) {
    const same = found.filter((series) => series.some((one) => areOneSeries(one, version)))
    for (const series of same) found.splice(found.indexOf(series), 1)
    found.push([...same.flat(), version])
  }
  const around = wanted === undefined ? undefined : threadOf(wanted, mails)
  const asked = found.filter((series) =>
    series.some((version) => mailsOf(version).some(({ messageId }) => messageId === wanted)),
  )
  if (asked.length > 0) return asked
  const answered = found.filter((series) =>
    series.some((version) =>
      mailsOf(version).some(({ messageId }) => messageId !== undefined && around?.has(messageId)),
    ),
  )
  return answered.length > 0 ? answered : found
}

/** Returns the Message-IDs that a mail answers, directly or not. */
function threadOf(wanted: string, mails: readonly Mail[]): Set<string> {
  const parents = new Map(
    mails.flatMap(({ messageId, parents: above }) => (messageId === undefined ? [] : [[messageId, above]])),
  )
  const found = new Set<string>()
  const open = [wanted]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    open.push(...(parents.get(id) ?? []))
  }
  return found
}

/** Orders several series by their prerequisites; a series that needs no other one must be the only one. */
function inOrder(name: string, series: readonly Version[][], mails: readonly Mail[]): Version[][] {
  if (series.length <= 1) return [...series]
  const rest = [...series]
  const ordered: Version[][] = []
  while (rest.length > 0) {
    const index = rest.findIndex((one) => !rest.some((other) => other !== one && needs(one, other)))
    const [next] = rest.splice(Math.max(0, index), 1)
    if (next !== undefined) ordered.push(next)
  }
  const isChain = ordered.every((one, index) => {
    const after = ordered[index + 1]
    return after === undefined || needs(after, one)
  })
  if (isChain) return ordered
  throw severalSeries(name, series, mails)
}

/** Returns whether the mails of one series name another one as a prerequisite. */
function needs(one: readonly Version[], other: readonly Version[]): boolean {
  const theirs = other.flatMap(mailsOf)
  const ids = new Set(theirs.flatMap(({ messageId, base }) => [messageId ?? '', base.changeId ?? '']))
  return one.flatMap(mailsOf).some(({ base }) => base.prerequisites.some(({ id }) => ids.has(id)))
}

function severalSeries(name: string, series: readonly Version[][], mails: readonly Mail[]): UsageError {
  const tail = series.map((versions) => {
    const [version] = newestFirst(versions)
    return version === undefined ? '' : describe(version)
  })
  const hint = mails.some(({ messageId }) => messageId !== undefined)
    ? 'save each series to a file of its own, and name the files in the order in which they are applied; b4 am MESSAGE-ID -m FILE does that'
    : 'save each series to a file of its own, and name the files in the order in which they are applied'
  return new UsageError(
    'SERIES_SEVERAL',
    `${name} has ${plural(series.length, 'series').replace(/seriess$/, 'series')}`,
    { tail, hint },
  )
}

function describe(version: Version): string {
  const { facts, sender, messageId } = version.cover ?? orderedPatches(version)[0] ?? version.first
  const id = messageId === undefined ? '' : ` <${messageId}>`
  return `${versionName(facts)} of '${titleOf(version)}', ${plural(facts.total, 'patch')}, by ${sender}${id}`
}

/** Refuses patches without a number that belong to no thread of the series: they are another series. */
function refuseOthers(
  name: string,
  series: readonly Version[][],
  loose: readonly Mail[],
  mails: readonly Mail[],
  wanted: string | undefined,
): void {
  const ids = new Set(mails.map(({ messageId }) => messageId))
  const other = loose.find(({ parents }) => !parents.some((id) => ids.has(id)))
  if (other === undefined || wanted !== undefined) return
  const [first] = series.flat()
  throw new UsageError('SERIES_SEVERAL', `${name} has another patch beside a series`, {
    tail: [...(first === undefined ? [] : [describe(first)]), mailName(other)],
    hint: 'save the series and the patch to files of their own, and name the files in the order in which they are applied',
  })
}

/** Sorts versions, the newest first. */
function newestFirst(versions: readonly Version[]): Version[] {
  return versions.toSorted((left, right) => {
    const [one, other] = [left.first.facts, right.first.facts]
    const dates = (dateOf(right) ?? 0) - (dateOf(left) ?? 0)
    // Some authors count anew when the RFC is over.
    const countsAnew =
      one.isRfc !== other.isRfc && (one.isRfc ? one.version > other.version : other.version > one.version)
    if (countsAnew) return dates === 0 ? Number(one.isRfc) - Number(other.isRfc) : dates
    if (one.version !== other.version) return other.version - one.version
    if (one.isRfc !== other.isRfc) return Number(one.isRfc) - Number(other.isRfc)
    if (dates !== 0) return dates
    return Number(other.isResend) - Number(one.isResend)
  })
}

function dateOf(version: Version): number | undefined {
  return mailsOf(version).find(({ date }) => date !== undefined)?.date
}

interface ChosenVersion {
  readonly version: Version
  readonly notices: readonly string[]
}

function chooseVersion(
  name: string,
  series: readonly Version[],
  mails: readonly Mail[],
  { wanted, isOnePatch }: Pick<Box, 'isOnePatch'> & { readonly wanted: string | undefined },
): ChosenVersion {
  const sorted = newestFirst(series)
  const asked = sorted.find((version) =>
    mailsOf(version).some(({ messageId }) => messageId === wanted && wanted !== undefined),
  )
  const isWhole = (version: Version): boolean => missingNumbers(version).length === 0
  const [newest] = sorted
  const version = asked ?? sorted.find(isWhole) ?? newest
  if (version === undefined || newest === undefined) throw new Error('a series without a version')
  const isOneOfMany = isOnePatch && mails.length === 1
  if (!isWhole(version) && !isOneOfMany) throw incomplete(name, version)
  const [conflict] = version.conflicts
  if (conflict !== undefined) {
    throw new UsageError(
      'SERIES_AMBIGUOUS',
      `${name} has two patches with the number ${numberOf(conflict[0])} of '${titleOf(version)}'`,
      {
        tail: conflict.map(mailName),
        hint: 'remove one of the two mails',
      },
    )
  }
  return { version, notices: noticesOf(name, version, sorted, isOneOfMany) }
}

function noticesOf(name: string, version: Version, sorted: readonly Version[], isOneOfMany: boolean): string[] {
  const mine = versionName(version.first.facts)
  const notices: string[] = []
  const cut = sorted.slice(0, sorted.indexOf(version)).filter((one) => missingNumbers(one).length > 0)
  for (const one of cut)
    notices.push(`${name}: ${versionName(one.first.facts)} lacks ${listOfMissing(one)}, so ${mine} is taken`)
  const others = sorted
    .filter((one) => one !== version && !cut.includes(one))
    .map(({ first }) => versionName(first.facts))
  if (others.length > 0) {
    notices.push(
      `${name}: ${mine} of '${titleOf(version)}' is taken (${plural(version.patches.size, 'patch')}), and not ${others.join(', ')}`,
    )
  }
  if (isOneOfMany && version.first.facts.total > 1)
    notices.push(`${name} is patch ${numberOf(version.first)} of its series, alone`)
  return notices
}

function numberOf({ facts: { number, total } }: Mail): string {
  return `${number}/${total}`
}

const mostNamed = 8

function listOfMissing(version: Version): string {
  const { total } = version.first.facts
  const missing = missingNumbers(version).map((number) => `${number}/${total}`)
  const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : ''
  return `${missing.slice(0, mostNamed).join(', ')}${more}`
}

function incomplete(name: string, version: Version): UsageError {
  return new UsageError(
    'SERIES_INCOMPLETE',
    `${name} is cut off or incomplete: ${versionName(version.first.facts)} of '${titleOf(version)}' lacks ${listOfMissing(version)}`,
    {
      hint: 'save the whole thread again (b4 mbox MESSAGE-ID, or the link "mbox.gz" of the archive); a part of a series on purpose can be a folder of *.patch files whose names begin with numbers',
    },
  )
}

/** Returns a sentence for each kind of mail that is not applied. */
function leftOut(name: string, mails: readonly Mail[], taken: readonly Mail[], versions: readonly Version[]): string[] {
  const known = new Set([...taken, ...versions.flatMap(mailsOf)])
  const rest = mails.filter((mail) => !known.has(mail) && mail.facts.number !== 0)
  const withDiff = rest.filter(({ diff, facts }) => facts.number === undefined && !facts.isReply && hasDiff(diff))
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

function replaces(newer: Mail, older: Mail): boolean {
  if (newer === older || plainTitle(newer.facts) !== plainTitle(older.facts)) return false
  if (newer.facts.version !== older.facts.version) return newer.facts.version > older.facts.version
  if (newer.facts.isResend !== older.facts.isResend) return newer.facts.isResend
  return newer.messageId !== undefined && isSamePatch(newer, older) && newer.index > older.index
}
