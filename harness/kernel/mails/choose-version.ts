// Chooses from the versions of one series the one that is applied.
import { UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import type { Box } from './box.ts'
import { mailName, type Mail } from './mail.ts'
import { rerolled } from './reroll.ts'
import { versionName } from './subject.ts'
import { mailsOf, missingNumbers, orderedPatches, titleOf, type Version } from './versions.ts'

/** Sorts versions, the newest first. */
export function newestFirst(versions: readonly Version[]): Version[] {
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

function isWhole(version: Version): boolean {
  return missingNumbers(version).length === 0
}

/** The version of a series that is applied. */
export interface ChosenVersion {
  readonly version: Version
  readonly notices: readonly string[]
}

/**
 * Chooses the version that the user named, or else the newest whole one.
 * @throws {UsageError} SERIES_INCOMPLETE, SERIES_AMBIGUOUS
 */
export function chooseVersion(
  name: string,
  series: readonly Version[],
  mails: readonly Mail[],
  { wanted, isOnePatch }: Pick<Box, 'isOnePatch'> & { readonly wanted: string | undefined },
): ChosenVersion {
  const sorted = newestFirst(series)
  const asked = sorted.find((version) =>
    mailsOf(version).some(({ messageId }) => messageId === wanted && wanted !== undefined),
  )
  const rerolls = new Map(
    sorted.flatMap((each, index) => {
      const found = isWhole(each) ? undefined : rerolled(each, sorted.slice(index + 1), mails)
      return found === undefined ? [] : [[each, found]]
    }),
  )
  const version = asked ?? sorted.find((each) => isWhole(each) || rerolls.has(each)) ?? sorted[0]
  if (version === undefined) throw new Error('a series without a version')
  const reroll = rerolls.get(version)
  const isOneOfMany = isOnePatch && mails.length === 1
  if (!isWhole(version) && reroll === undefined && !isOneOfMany) throw incomplete(name, version)
  const taken = reroll?.version ?? version
  const [conflict] = taken.conflicts
  if (conflict !== undefined) throw ambiguous(name, taken, conflict)
  const notices = noticesOf(name, version, taken, sorted, isOneOfMany)
  if (reroll === undefined) return { version, notices }
  const own = orderedPatches(version).map(numberOf).join(', ')
  const [mine, base] = [version, reroll.base].map(({ first }) => versionName(first.facts))
  const sentence = `${name}: ${mine} has only ${own}, as an answer to what it replaces; the other patches are those of ${base}`
  return { version: taken, notices: [...notices, sentence] }
}

function ambiguous(name: string, { conflicts, patches }: Version, [one, other]: readonly [Mail, Mail]): UsageError {
  const tail = [one, other].map(mailName)
  // Two series that git format-patch writes in one second have the same Message-ID at their beginning.
  return conflicts.length >= patches.size
    ? new UsageError('SERIES_SEVERAL', `${name} has 2 series of one version`, {
        tail,
        hint: 'save each series to a file of its own, and name the files in the order in which they are applied',
      })
    : new UsageError('SERIES_AMBIGUOUS', `${name} has two patches with the number ${numberOf(one)}`, {
        tail,
        hint: 'remove one of the two mails, or save each series to a file of its own',
      })
}

function noticesOf(
  name: string,
  version: Version,
  taken: Version,
  sorted: readonly Version[],
  isOneOfMany: boolean,
): string[] {
  const rest = sorted.filter((one) => one !== version)
  const fixes = rest.filter((one) => isSameName(one, version) && !isWhole(one))
  const cut = sorted.slice(0, sorted.indexOf(version)).filter((one) => !isWhole(one) && !fixes.includes(one))
  const others = rest.filter((one) => !cut.includes(one) && !fixes.includes(one))
  const isTwice = others.some((one) => isSameName(one, version))
  const label = (one: Version): string => `${versionName(one.first.facts)}${isTwice ? dayOf(one) : ''}`
  const notices = [
    ...fixes
      .flatMap((one) => orderedPatches(one))
      .map((mail) => `${name}: the patch ${mailName(mail)} in the thread is left out`),
    ...cut.map((one) => `${name}: ${label(one)} lacks ${listOfMissing(one)}, so ${label(version)} is taken`),
  ]
  if (others.length > 0) {
    const count = plural(taken.patches.size, 'patch')
    const left = others.map((one) => label(one)).join(', ')
    notices.push(`${name}: ${label(version)} of '${titleOf(taken)}' is taken (${count}), and not ${left}`)
  }
  if (isOneOfMany && version.first.facts.total > 1)
    notices.push(`${name} is patch ${numberOf(version.first)} of its series, alone`)
  return notices
}

function isSameName({ first: one }: Version, { first: other }: Version): boolean {
  return versionName(one.facts) === versionName(other.facts)
}

/** Returns the day of a version, in UTC. */
function dayOf(version: Version): string {
  const date = dateOf(version)
  return date === undefined ? '' : ` (${new Date(date).toISOString().slice(0, 10)})`
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
