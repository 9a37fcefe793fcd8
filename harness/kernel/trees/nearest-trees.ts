// Chooses among the work trees of the cache the one whose objects a new build can use most.
import { readRecord, recordFor, type Recorded, type TreeRecord } from './tree-record.ts'
import type { TreePlace } from './tree-places.ts'

/**
 * Sorts trees by how much a build shares with them, the nearest first. A tree of another source or compiler is left out: make
 * would compile all of it again. Options count before patches: one option can change all objects. Of equal trees, the order
 * stays.
 */
export async function nearestTrees(places: readonly TreePlace[], wanted: Recorded): Promise<TreePlace[]> {
  const own = recordFor(wanted)
  const known = await Promise.all(places.map(async (place) => ({ place, record: await readRecord(place.home) })))
  return known
    .flatMap(({ place, record }) => {
      const distance = record === undefined ? undefined : distanceOf(record, own)
      return distance === undefined ? [] : [{ place, distance }]
    })
    .toSorted(({ distance: a }, { distance: b }) => a.options - b.options || a.patches - b.patches)
    .map(({ place }) => place)
}

/** The numbers of options and patches that only one of two builds has. */
interface Distance {
  readonly options: number
  readonly patches: number
}

/** Returns how far a tree is from a build; undefined when the build can use none of its objects. */
export function distanceOf(tree: TreeRecord, build: TreeRecord): Distance | undefined {
  if (tree.source !== build.source || tree.compiler !== build.compiler) return undefined
  return { options: difference(tree.config, build.config), patches: difference(tree.patches, build.patches) }
}

function difference(one: readonly string[], other: readonly string[]): number {
  const [left, right] = [new Set(one), new Set(other)]
  return one.filter((each) => !right.has(each)).length + other.filter((each) => !left.has(each)).length
}
