// Automatic pruning: a build that adds to the cache removes the entries that have not been used for longest.
import { messageOf } from '../base/errors.ts'
import { plural } from '../base/plural.ts'
import { cacheParts } from './cache-parts.ts'
import { takeFreeLock } from './lock.ts'
import { pruneCache, type Pruned } from './pruning.ts'
import { sizeText } from './size-text.ts'

interface PruningContext {
  readonly cache: string
  readonly signal: AbortSignal
  /** In bytes; without it, nothing is pruned. */
  readonly mostCached?: number
}

/**
 * Prunes the cache to the limit of the context; `tell` gets what it did. A cache that cannot be pruned is told, too: the
 * kernel is there.
 */
export async function keepUnderLimit(
  { cache, signal, mostCached }: PruningContext,
  tell: (message: string) => void,
): Promise<void> {
  if (mostCached === undefined) return
  try {
    await using lock = await takeFreeLock(cache, 'prune', signal)
    // Another process prunes for both.
    if (lock === undefined) return
    const pruned = await pruneCache(cache, { most: mostCached }, signal)
    if (pruned.removed.length > 0) tell(`${prunedText(pruned)}; the limit is ${sizeText(mostCached)}`)
    if (pruned.after > mostCached) {
      tell(`the cache has ${sizeText(pruned.after)}, the limit is ${sizeText(mostCached)}, and the rest is in use`)
    }
  } catch (error) {
    signal.throwIfAborted()
    tell(`the cache cannot be pruned: ${messageOf(error)}`)
  }
}

/** Returns a sentence about the removed entries. */
export function prunedText({ removed, before, after }: Pruned): string {
  const kinds = Map.groupBy(removed, ({ part }) => cacheParts[part].what)
  const counts = Array.from(kinds, ([what, entries]) => plural(entries.length, what))
  const what = counts.length === 0 ? 'nothing' : counts.join(', ')
  return `pruned the cache: removed ${what}; it had ${sizeText(before)} and has ${sizeText(after)}`
}
