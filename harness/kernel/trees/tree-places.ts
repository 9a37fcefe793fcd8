// The directories of the work trees in the cache, and their locks.
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { isMissing } from '../../cache/atomic-file.ts'
import { lockNow, takeFreeLock } from '../../cache/lock.ts'
import { makeLockOf } from '../make.ts'
import type { BuildContext } from '../provide-progress.ts'

/** Returns the directory that has a directory for each work tree. */
export function treesIn(cache: string): string {
  return path.join(cache, 'trees')
}

/** Returns the name of the lock of a work tree. */
export function treeLockOf(name: string): string {
  return `tree-${name}`
}

/** The directory of a work tree: its tree, and notes about the tree. */
export interface TreePlace {
  /** The physical path. */
  readonly home: string
  /** Its name, and those of the links to it: each may be the name of its lock. */
  readonly names: readonly string[]
  /** When a build last wrote into it, in milliseconds. */
  readonly usedAt: number
}

/** Lists the work trees of the cache, the ones used last first. */
export async function listTrees(cache: string): Promise<TreePlace[]> {
  const trees = treesIn(cache)
  const entries = await readdir(trees).catch((error: unknown): string[] => {
    if (isMissing(error)) return []
    throw error
  })
  const places = new Map<string, { names: string[]; usedAt: number }>()
  for (const name of entries.filter((entry) => !entry.startsWith('.'))) {
    // Another process may remove it meanwhile.
    const home = await realpath(path.join(trees, name)).catch(() => undefined)
    const status = home === undefined ? undefined : await stat(home).catch(() => undefined)
    if (home === undefined || status?.isDirectory() !== true) continue
    const place = places.get(home) ?? { names: [], usedAt: status.mtimeMs }
    place.names.push(name)
    places.set(home, place)
  }
  return Array.from(places, ([home, place]) => ({ home, ...place })).toSorted((a, b) => b.usedAt - a.usedAt)
}

/** Takes the locks of a work tree, that of its programs too; returns undefined when another process uses the tree. */
export async function takeFreeTree(
  { home, names }: TreePlace,
  { cache, signal }: BuildContext,
): Promise<AsyncDisposable | undefined> {
  await using stack = new AsyncDisposableStack()
  const locks = [
    ...names.map((name) => async () => takeFreeLock(cache, treeLockOf(name), signal)),
    async () => lockNow(makeLockOf(path.join(home, 'tree')), signal),
  ]
  for (const take of locks) {
    const lock = await take()
    if (lock === undefined) return undefined
    stack.use(lock)
  }
  return stack.move()
}
