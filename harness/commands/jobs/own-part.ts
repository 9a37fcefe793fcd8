// The part of a suite that this computer runs (--shard).
import type { Shard } from '../../report/events.ts'
import type { JobOptions } from '../job-options.ts'

/** Returns the names of the tests that this computer runs, and their shard if there are others. */
export async function ownPart(
  all: readonly string[],
  durations: ReadonlyMap<string, number>,
  { shard, durations: place }: JobOptions,
): Promise<{ readonly names: readonly string[]; readonly shard?: Shard }> {
  if (shard === undefined) return { names: all }
  const { shardOf } = await import('../../run/shard.ts')
  return shardOf(all, place === undefined ? durations : await durationsOfRun(place), shard)
}

async function durationsOfRun(place: string): Promise<ReadonlyMap<string, number>> {
  const { passedIn } = await import('../../report/stored/passed-in.ts')
  return passedIn(place)
}
