// The series: an ordered list of patches, from folders, mboxes and git ranges.
import type { Dirent } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { namedSeries } from './definition/definition-paths.ts'
import type { SeriesPart } from './definition/definition.ts'
import { messageOf, UsageError } from '../base/errors.ts'
import { hasShape } from '../base/has-shape.ts'
import { tryNearest } from '../base/nearest.ts'
import { isMissing, readJson, rememberJson } from '../cache/atomic-file.ts'
import { keyOf, sha256 } from '../cache/hash.ts'
import { prune } from '../cache/whole-directory.ts'
import { fileIdentity, findExecutable } from '../process/executable.ts'
import type { BuildContext } from './provide-progress.ts'
import type { SeriesFacts } from './mails/choose.ts'
import { fetchThread } from './mails/fetch-thread.ts'
import { fetchRange } from './series/fetch-range.ts'
import { listPatchFiles, readPatchBytes, type PatchFile, type PatchFolder } from './series/folder.ts'
import { withContent, type Patch } from './series/patch.ts'
import { readFiles, type Part } from './series/read-files.ts'
import { endsOfRange, readRange, type RangeEnds } from './series/range.ts'

export type SeriesContext = Pick<BuildContext, 'cache' | 'signal' | 'progress' | 'refresh'>

/** A part of a series with its patches. */
export interface ReadPart {
  readonly part: SeriesPart
  readonly patches: readonly Patch[]
  readonly series: SeriesFacts
}

/**
 * Reads the patches of all parts in order, as git reads them. A file or range that was read before starts no process that
 * reads its content.
 * @throws {UsageError} SERIES_UNKNOWN, SERIES_EMPTY, SERIES_FILE, SERIES_RANGE, PATCH_UNREADABLE, SERIES_INCOMPLETE,
 * SERIES_SEVERAL, SERIES_AMBIGUOUS, MESSAGE_UNKNOWN
 * @throws {InfraError} B4_MISSING, SERIES_UNREACHABLE
 */
export async function readSeries(parts: readonly SeriesPart[], context: SeriesContext): Promise<Patch[]> {
  return patchesOf(await readParts(parts, context))
}

/** Returns the patches of all parts, in order. */
export function patchesOf(parts: readonly ReadPart[]): Patch[] {
  return parts.flatMap(({ patches }) => patches)
}

/** Reads the parts as `readSeries` does, each for itself. */
export async function readParts(parts: readonly SeriesPart[], context: SeriesContext): Promise<ReadPart[]> {
  const all: ReadPart[] = []
  for (const part of parts) {
    const { patches, notices, series } = await readPart(part, context)
    for (const message of notices) context.progress({ type: 'notice', message })
    all.push({ part, patches: patches.map(withContent), series })
  }
  return all
}

async function readPart(part: SeriesPart, context: SeriesContext): Promise<Part> {
  if (part.kind === 'git') return rangeOf(part, context)
  if (part.kind === 'path') return filesOf(part, context)
  const file = await fetchThread(part.messageId, context)
  try {
    return await filesOf({ kind: 'path', name: part.name, path: file }, context, part.messageId)
  } catch (error) {
    // More mails of the thread may have arrived since then.
    if (error instanceof UsageError) await rm(file, { force: true })
    throw error
  }
}

type PathPart = Extract<SeriesPart, { kind: 'path' }>
type RangePart = Extract<SeriesPart, { kind: 'git' }>

async function filesOf(part: PathPart, context: SeriesContext, wanted?: string): Promise<Part> {
  const status = await stat(part.path).catch(async (cause: unknown) => {
    if (isMissing(cause)) throw await unknownSeries(part)
    throw new UsageError('SERIES_UNKNOWN', `cannot read the series ${part.path}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a folder or an mbox file that this user may read',
    })
  })
  const { order, files }: PatchFolder = status.isDirectory()
    ? await listPatchFiles(part.path)
    : { order: 'names', files: [{ name: part.name, file: part.path, strip: 1 }] }
  const contents = await Promise.all(
    files.map(async (file) => {
      const bytes = await readPatchBytes(file)
      return { file, bytes, hash: sha256(bytes) }
    }),
  )
  const inputs = [order, wanted, contents.map(({ file: { name, strip }, hash }) => [name, strip, hash])]
  const found = await remembered(inputs, context, async () =>
    readFiles({ name: part.name, order, files: contents, ...(wanted === undefined ? {} : { wanted }) }, context.signal),
  )
  if (found.patches.length === 0) throw seriesWithoutPatches(part, files)
  // The same patches may lie in another folder than when they were read.
  const places = new Map(files.map(({ name, file }) => [name, file]))
  return placed(found, (origin) => places.get(origin) ?? part.path)
}

function seriesWithoutPatches({ name }: PathPart, files: readonly PatchFile[]): UsageError {
  // Reading refuses all other files without a diff.
  return files.length === 0
    ? new UsageError('SERIES_EMPTY', `the series ${name} has no patches`, {
        hint: 'name a folder of *.patch files, an mbox file, or a range of commits',
      })
    : new UsageError('SERIES_EMPTY', `the series ${name} has only a cover letter`, {
        hint: 'save the patches that follow the cover letter as well',
      })
}

async function unknownSeries(part: PathPart): Promise<UsageError> {
  const place = path.dirname(part.path)
  const entries = await readdir(place, { withFileTypes: true }).catch((): Dirent[] => [])
  const message = `there is no series ${part.path}`
  if (place === namedSeries) {
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    const all = `for the folder beside the definition write ./${part.name}; the names are ${names.join(', ')}`
    return new UsageError('SERIES_UNKNOWN', message, { hint: tryNearest(part.name, names, all) })
  }
  const names = entries.map(({ name }) => name)
  const hint = tryNearest(part.name, names, 'name a folder or an mbox file')
  return new UsageError('SERIES_UNKNOWN', message, { hint })
}

async function rangeOf(written: RangePart, context: SeriesContext): Promise<Part> {
  const part = path.isAbsolute(written.repository) ? written : await fetchRange(written, context)
  const ends = await endsOfRange(part, context.signal)
  const found = await remembered(ends, context, async () => {
    const { patches, empty } = await readRange(part, ends, context.signal)
    const notices = empty.map(
      ({ commit, subject }) => `the commit ${commit.slice(0, 12)} ("${subject}") changes nothing and is left out`,
    )
    return { patches, notices, series: { prerequisites: [], messageIds: [], changeIds: [] } }
  })
  if (found.patches.length === 0) throw rangeWithoutPatches(part, ends, found.notices)
  return placed(found, () => part.repository)
}

function rangeWithoutPatches({ range }: RangePart, [tip, base]: RangeEnds, notices: readonly string[]): UsageError {
  if (notices.length > 0) {
    return new UsageError('SERIES_EMPTY', `no commit of the range ${range} changes a file`, {
      tail: notices,
      hint: 'choose a tip behind the commits of the series',
    })
  }
  if (tip === base) {
    return new UsageError('SERIES_EMPTY', `the range ${range} is empty: both ends are the commit ${tip.slice(0, 12)}`, {
      hint: 'write the range as BASE..TIP, with the commit before the series as BASE',
    })
  }
  // A range without commits between two different ends has its tip among the ancestors of its base.
  const [left, right] = range.split('..')
  return new UsageError('SERIES_EMPTY', `the range ${range} is empty: its tip is older than its base`, {
    hint: `write the older commit first: ${right || 'HEAD'}..${left || 'HEAD'}`,
  })
}

function placed({ patches, ...part }: Part, place: (origin: string) => string): Part {
  return { ...part, patches: patches.map((patch) => ({ ...patch, origin: place(patch.origin) })) }
}

/** Raise it when the same files or commits give other patches. */
const reading = 6

/** How many series are remembered. */
const mostRemembered = 128

/** Calls `read`, unless the cache has its outcome for these hashes: a run with a warm cache reads no patch. */
async function remembered(inputs: unknown, { cache }: SeriesContext, read: () => Promise<Part>): Promise<Part> {
  const git = findExecutable('git')
  const key = keyOf([reading, git === undefined ? '' : fileIdentity(git), inputs])
  const memory = path.join(cache, 'series', `${key}.json`)
  const known = await readJson(memory)
  if (isPart(known)) return known
  const part = await read()
  await rememberJson(memory, part)
  await prune(path.dirname(memory), mostRemembered).catch(() => undefined)
  return part
}

function isPart(value: unknown): value is Part {
  return hasShape(value, { patches: 'array', notices: 'array', series: 'object' })
}
