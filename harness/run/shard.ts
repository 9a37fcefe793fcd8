// Divides a suite between several computers. All of them must divide it alike, so the result depends on nothing but the
// names, the durations and the number of shards.
import { keyOf } from '../cache/hash.ts'
import type { Shard } from '../report/events.ts'

/** Which of how many shards; both from 1. */
export type ShardWish = Pick<Shard, 'index' | 'count'>

// The restore of an instance, the probes and the checks after a test, in milliseconds.
const overhead = 1000

/**
 * Returns a shard and the names of its tests, in their order. The shards take about the same time: the longest test goes to
 * the shard with the least work so far. A test without a known duration counts like the median of the others.
 */
export function shardOf(
  names: readonly string[],
  durations: ReadonlyMap<string, number>,
  { index, count }: ShardWish,
): { readonly shard: Shard; readonly names: readonly string[] } {
  const known = names.map((name) => [name, durations.get(name)] as const)
  const sorted = known.flatMap(([, duration]) => duration ?? []).toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const tests = known
    .map(([name, duration], place) => ({ name, place, work: (duration ?? median) + overhead }))
    .toSorted((a, b) => b.work - a.work || a.place - b.place)
  const shards = Array.from({ length: count }, () => ({ work: 0, own: new Set<string>() }))
  for (const { name, work } of tests) {
    const least = shards.reduce((best, shard) => (shard.work < best.work ? shard : best))
    least.work += work
    least.own.add(name)
  }
  const own = shards[index - 1]?.own ?? new Set()
  return {
    shard: {
      index,
      count,
      total: names.length,
      places: names.flatMap((name, place) => (own.has(name) ? [place] : [])),
      basis: keyOf(known.map(([name, duration]) => [name, duration ?? null])),
    },
    names: names.filter((name) => own.has(name)),
  }
}
