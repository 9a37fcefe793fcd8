// Lists the entries of the cache with their sizes and the times of their last use.
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { fieldsOf } from '../base/has-shape.ts'
import { run } from '../process/run-program.ts'
import { readJson, rememberJson } from './atomic-file.ts'
import { isPart, type PartName } from './cache-parts.ts'

/** A directory of the cache. */
export interface CacheEntry {
  /** Its path in the cache: `kernels/KEY`. */
  readonly entry: string
  /** The part that it belongs to; undefined for a folder that pruning leaves alone. */
  readonly part: PartName | undefined
  readonly name: string
  /** Of the disk. A file with several hard links, as in work trees, counts with its share for each. */
  readonly bytes: number
  /** In milliseconds since 1970. */
  readonly usedAt: number
}

type Found = Omit<CacheEntry, 'bytes'>

const tenMinutes = 600_000
/** A tree of 90,000 files takes a second or more to measure, and a build changes its size little. */
const measureAgainAfter = 3_600_000
/** The parts whose entries share files by hard links. */
export const partsWithLinks: ReadonlySet<PartName | undefined> = new Set<PartName>([
  'trees',
  'sources',
  'kernel-sources',
])
const measureShape = { bytes: 'number', at: 'number' } as const

/** Lists all entries, the last used first. With `exact`, measures also trees that were measured within the last hour. */
export async function listEntries(cache: string, signal: AbortSignal, exact = false): Promise<CacheEntry[]> {
  const found = await findEntries(cache)
  const memory = path.join(cache, 'sizes.json')
  const known = new Map(exact ? [] : fieldsOf(await readJson(memory), measureShape))
  const isKnown = ({ entry, part }: Found): boolean =>
    partsWithLinks.has(part) && Date.now() - (known.get(entry)?.at ?? 0) < measureAgainAfter
  const measured = new Map<string, number>()
  // A tree has so many files that each gets a program of its own, whose output fits into memory.
  const unknown = Object.groupBy(
    found.filter((one) => !isKnown(one)),
    ({ part }) => (partsWithLinks.has(part) ? 'slow' : 'fast'),
  )
  const rounds = [unknown.fast ?? [], ...(unknown.slow ?? []).map((one) => [one])]
  for (const round of rounds) {
    const names = round.map(({ entry }) => entry)
    for (const [entry, bytes] of await measure(cache, names, signal)) measured.set(entry, bytes)
  }
  const at = Date.now()
  const sizes = new Map(
    found.map((one) => {
      const old = isKnown(one) ? known.get(one.entry) : undefined
      return [one.entry, old ?? { bytes: measured.get(one.entry) ?? 0, at }]
    }),
  )
  const slow = found.filter(({ part }) => partsWithLinks.has(part)).map(({ entry }) => entry)
  if (slow.length > 0) await rememberJson(memory, Object.fromEntries(slow.map((entry) => [entry, sizes.get(entry)])))
  return found
    .map((one) => ({ ...one, bytes: sizes.get(one.entry)?.bytes ?? 0 }))
    .toSorted((a, b) => b.usedAt - a.usedAt)
}

async function findEntries(cache: string): Promise<Found[]> {
  const folders = (await directoriesIn(cache)).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = isPart(folder) ? await directoriesIn(path.join(cache, folder)) : ['']
      return Promise.all(
        names
          .filter((name) => !name.startsWith('.'))
          .map(async (name) => {
            const directory = path.join(cache, folder, name)
            const usedAt = (await stat(directory).catch(() => undefined))?.mtimeMs ?? 0
            const entry = isPart(folder) ? `${folder}/${name}` : folder
            return { entry, part: isPart(folder) ? folder : undefined, name, usedAt }
          }),
      )
    }),
  )
  return found.flat()
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Measures entries on the disk, in bytes. A file that vanishes meanwhile does not count. */
async function measure(
  cache: string,
  found: readonly CacheEntry['entry'][],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  if (found.length === 0) return sizes
  const options = { cwd: cache, signal, timeout: tenMinutes }
  const { stdout } = await run('find', [...found, '-printf', String.raw`%y %b %n %H\n`], options)
  signal.throwIfAborted()
  for (const line of stdout.split('\n')) {
    const [, type, blocks, links, entry = ''] = /^(.) (\d+) (\d+) (.*)$/.exec(line) ?? []
    // The links of a directory are its directories.
    const share = type === 'd' ? 1 : Number(links)
    if (blocks !== undefined) sizes.set(entry, (sizes.get(entry) ?? 0) + (Number(blocks) * 512) / share)
  }
  return sizes
}
