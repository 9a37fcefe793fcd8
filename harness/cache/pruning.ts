// Pruning: removes the entries of the cache that have not been used for longest, and none that is in use.
import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { listEntries, partsWithLinks, type CacheEntry } from './cache-entries.ts'
import { lockNow, takeFreeLock } from './lock.ts'
import { cacheParts, lockOfEntry, partOf, type PartName } from './cache-parts.ts'
import { usedEntries } from './uses.ts'
import { discard } from './whole-directory.ts'

/** An entry that pruning may remove. */
export interface Prunable extends CacheEntry {
  readonly part: PartName
}

/** What stays. */
export interface PruneLimits {
  /** Entries that were used last before this time go; in milliseconds since 1970. */
  readonly keepSince?: number
  /** The size of the whole cache, in bytes: the entries that were used first go until it fits. */
  readonly most?: number
}

/**
 * Returns the entries to remove, the longest unused first: all older than `keepSince`, and as many as `most` needs; none
 * that is in use.
 */
export function planPruning(
  entries: readonly CacheEntry[],
  { keepSince, most }: PruneLimits,
  used: ReadonlySet<string>,
): Prunable[] {
  let total = sizeOf(entries)
  const plan: Prunable[] = []
  for (const entry of entries.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (!isPrunable(entry) || used.has(entry.entry)) continue
    const isOld = keepSince !== undefined && entry.usedAt < keepSince
    const isTooMuch = most !== undefined && total > most
    if (!isOld && !isTooMuch) continue
    plan.push(entry)
    total -= entry.bytes
  }
  return plan
}

/** Returns the size of entries in bytes. */
export function sizeOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0)
}

function isPrunable(entry: CacheEntry): entry is Prunable {
  return entry.part !== undefined
}

/** What pruning did. */
export interface Pruned {
  readonly removed: readonly Prunable[]
  /** The entries that should go, but are in use. */
  readonly used: readonly Prunable[]
  /** The size of the cache before and after, in bytes. */
  readonly before: number
  readonly after: number
}

/**
 * Prunes the cache. Files of a removed tree that another tree shares stay on the disk, so the rest is measured again until
 * it fits, or all that is left is in use.
 * @throws {InfraError} LOCK_FAILED when the file system has no locks
 */
export async function pruneCache(cache: string, limits: PruneLimits, signal: AbortSignal): Promise<Pruned> {
  let entries = await listEntries(cache, signal)
  const before = sizeOf(entries)
  const removed: Prunable[] = []
  const used = new Map<string, Prunable>()
  for (;;) {
    // An entry in use stays, and another one has to go for it.
    const plan = planPruning(entries, limits, new Set(used.keys()))
    if (plan.length === 0) return { removed, used: [...used.values()], before, after: sizeOf(entries) }
    for (const entry of plan) {
      signal.throwIfAborted()
      if (await removeEntry(cache, entry, signal)) removed.push(entry)
      else used.set(entry.entry, entry)
    }
    entries = await listEntries(
      cache,
      signal,
      plan.some(({ part }) => partsWithLinks.has(part)),
    )
  }
}

/** Returns the name of an entry and those of the links to it: a process that uses a link has the lock of the link. */
async function namesOf(directory: string, name: string): Promise<string[]> {
  const home = await realpath(path.join(directory, name)).catch(() => undefined)
  const names = await readdir(directory).catch((): string[] => [])
  const places = await Promise.all(names.map((each) => realpath(path.join(directory, each)).catch(() => '')))
  return [name, ...names.filter((each, index) => each !== name && places[index] === home)]
}

/** Removes an entry unless a process uses it; returns whether it is gone. */
async function removeEntry(cache: string, { entry, part, name }: Prunable, signal: AbortSignal): Promise<boolean> {
  const isUsed = async (): Promise<boolean> => (await usedEntries(cache, signal)).has(entry)
  await using stack = new AsyncDisposableStack()
  if (part === 'trees' || part === 'sources' || part === 'kernel-sources') {
    for (const each of await namesOf(partOf(cache, part), name)) {
      const lock = await takeFreeLock(cache, lockOfEntry(part, each), signal)
      if (lock === undefined) return false
      stack.use(lock)
    }
  }
  if (part === 'trees') {
    const programs = await lockNow(path.join(cache, entry, cacheParts.trees.programLock), signal)
    if (programs === undefined) return false
    stack.use(programs)
  }
  if (await isUsed()) return false
  // A process that notes its use later than this question does not find the entry, and makes it again.
  let isGone = true
  await discard(path.join(cache, entry), async () => {
    isGone = !(await isUsed())
    return isGone
  })
  return isGone
}
