// Divides a suite between several computers. All of them must divide it alike, so the result depends on nothing but the
// names, the durations and the number of shards.
import { keyOf } from '../../cache/hash.ts'
import type { Shard } from '../../report/events.ts'
import { workOf } from '../estimate.ts'

/** Which of how many shards; both from 1. */
export type ShardWish = Pick<Shard, 'index' | 'count'>

/**
 * Returns a shard and the names of its tests, in their order. The shards take about the same time: the longest test goes to
 * the shard with the least work so far.
 */
export function shardOf(
  names: readonly string[],
  durations: ReadonlyMap<string, number>,
  { index, count }: ShardWish,
): { readonly shard: Shard; readonly names: readonly string[] } {
  const times = workOf(names, durations)
  const tests = names
    .map((name, place) => ({ name, place, work: times[place] ?? 0 }))
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
      basis: keyOf(names.map((name) => [name, durations.get(name) ?? null])),
    },
    names: names.filter((name) => own.has(name)),
  }
}
