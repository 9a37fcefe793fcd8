// Finds out which versions belong to one series, and whether a box has several series.
import { UsageError } from '../../base/errors.ts'
import { newestFirst } from './choose-version.ts'
import { answeredBy, type Mail } from './mail.ts'
import { plural } from '../../base/plural.ts'
import { versionName } from './subject.ts'
import { areOneSeries, mailsOf, orderedPatches, titleOf, type Version } from './versions.ts'

/** Groups the versions by their series. With `wanted`, only the series of that mail stays, if a version has it. */
export function seriesOf(
  versions: readonly Version[],
  mails: readonly Mail[],
  wanted: string | undefined,
): Version[][] {
  const found: Version[][] = []
  for (const version of versions) {
    const same = found.filter((series) => series.some((one) => areOneSeries(one, version)))
    for (const series of same) found.splice(found.indexOf(series), 1)
    found.push([...same.flat(), version])
  }
  const around =
    wanted === undefined
      ? undefined
      : answeredBy(
          mails.find(({ messageId }) => messageId === wanted),
          mails,
        )
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

/**
 * Orders several series by their prerequisites; a series that needs no other one must be the only one.
 * @throws {UsageError} SERIES_SEVERAL
 */
export function inOrder(name: string, series: readonly Version[][], mails: readonly Mail[]): Version[][] {
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

/** Describes a version in a message. */
export function describe(version: Version): string {
  const { facts, sender, messageId } = version.cover ?? orderedPatches(version)[0] ?? version.first
  const id = messageId === undefined ? '' : ` <${messageId}>`
  return `${versionName(facts)} of '${titleOf(version)}', ${plural(facts.total, 'patch')}, by ${sender}${id}`
}
