// The parts of the cache whose entries take much space. Each entry is a directory of its own, which can be made again.
import path from 'node:path'

interface Part {
  /** What an entry is, for people. */
  readonly what: string
  /** The lock of an entry is this word and its name; its users hold the lock, or note the entry (uses.ts). */
  readonly lock?: string
  /** A file of the entry that the programs of its users have locked: they may outlive a user that was killed. */
  readonly programLock?: string
}

/** The parts, by the names of their folders. */
export const cacheParts = {
  kernels: { what: 'kernel' },
  trees: { what: 'work tree', lock: 'tree-', programLock: 'tree.lock' },
  sources: { what: 'source', lock: 'source-' },
  'kernel-sources': { what: 'gdb tree', lock: 'kernel-sources-' },
  selftests: { what: 'selftest' },
  snapshots: { what: 'snapshot' },
} as const satisfies Record<string, Part>

export type PartName = keyof typeof cacheParts

/** Returns the directory of a part. */
export function partOf(cache: string, name: PartName): string {
  return path.join(cache, name)
}

/** Returns the name of the lock of an entry. */
export function lockOfEntry(part: 'trees' | 'sources' | 'kernel-sources', name: string): string {
  return `${cacheParts[part].lock}${name}`
}

/** Returns whether a folder of the cache is a part. */
export function isPart(name: string): name is PartName {
  return Object.hasOwn(cacheParts, name)
}
