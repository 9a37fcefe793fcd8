// The part of a suite that this computer runs (--shard).
import type { Shard } from '../../report/events.ts'
import type { ShardWish } from '../../run/selection/shard.ts'

/** Returns the names of the tests that this computer runs, and their shard if there are others. */
export async function ownPart(
  all: readonly string[],
  durations: ReadonlyMap<string, number>,
  shard: ShardWish | undefined,
): Promise<{ readonly names: readonly string[]; readonly shard?: Shard }> {
  if (shard === undefined) return { names: all }
  const { shardOf } = await import('../../run/selection/shard.ts')
  return shardOf(all, durations, shard)
}
