// Finished kernels in the store: the files of an entry, and the check before an entry is used.
import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { takeLock } from '../cache/lock.ts'
import { partOf } from '../cache/cache-parts.ts'
import { discardDamaged, findEntry, type Shelf } from '../cache/store.ts'
import type { BuildContext } from './provide-progress.ts'

/** The files of a stored kernel. */
export const productNames = {
  /** The file that an instance boots: symbols, no debug info. */
  vmlinux: 'vmlinux',
  vmlinuxDebug: 'vmlinux.debug',
  bzImage: 'bzImage',
  config: 'config',
  systemMap: 'System.map',
  log: 'build.log',
  provenance: 'provenance.json',
} as const

/** The file that only a kernel that counts has: what gcov needs to read its counters. */
export const notesName = 'gcov-notes.tar'

/** Returns the shelf of kernels. With `verify`, each use reads every byte of an entry. */
export function kernelShelf(cache: string, verify = false): Shelf {
  return { root: partOf(cache, 'kernels'), products: Object.values(productNames), readsAll: verify }
}

/** Returns whether the shelf has a whole entry. A damaged entry is removed, and a notice says how it is damaged. */
export async function isStored(shelf: Shelf, key: string, context: BuildContext): Promise<boolean> {
  const found = await findEntry(shelf, key)
  if (found === undefined) return false
  const damage = await found.damage
  if (damage === undefined) return true
  context.progress({
    type: 'notice',
    message: `the build ${key} in the cache is damaged (${damage}); it is removed and built again`,
  })
  await discardDamaged(shelf, key)
  return false
}

/** Copies a file into an entry that is being made. */
export async function addProduct(from: string, directory: string, name: string): Promise<void> {
  await copyFile(from, path.join(directory, name), constants.COPYFILE_FICLONE)
}

/** Takes a lock of the cache. While another builder has it, the progress says `HOLDER DOING`. */
export async function lockFor(
  context: Pick<BuildContext, 'cache' | 'signal' | 'progress'>,
  name: string,
  doing: string,
  onWait: () => void = () => undefined,
): Promise<AsyncDisposable> {
  return takeLock(context.cache, name, {
    signal: context.signal,
    onWait: (holder) => {
      onWait()
      context.progress({ type: 'phase', phase: 'waiting', detail: `${holder} ${doing}` })
    },
  })
}
