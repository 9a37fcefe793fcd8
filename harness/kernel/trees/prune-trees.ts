// Work trees take hundreds of megabytes each: the cache keeps the ones used last.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { discard } from '../../cache/whole-directory.ts'
import type { BuildContext } from '../provide-progress.ts'
import { listTrees, takeFreeTree, treesIn } from './tree-places.ts'

/** How many work trees the cache keeps. */
const mostTrees = 12

/** Removes the work trees that were not used for longest, until `mostTrees` remain. A tree in use stays. */
export async function pruneTrees(context: BuildContext, mostKept: number = mostTrees): Promise<void> {
  for (const place of (await listTrees(context.cache)).slice(mostKept)) {
    await using lock = await takeFreeTree(place, context)
    if (lock === undefined) continue
    await discard(place.home)
    // Links to the tree, if it has any.
    for (const name of place.names) await rm(path.join(treesIn(context.cache), name), { force: true })
  }
}
