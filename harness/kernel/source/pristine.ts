// Unpacked sources in the cache. Builds only read them, and notice when another program has changed them.
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { hasShape } from '../../base/has-shape.ts'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { requireSpace } from '../../cache/space.ts'
import { makeWhole } from '../../cache/whole-directory.ts'
import { lockFor } from '../kernel-store.ts'
import type { BuildContext } from '../provide-progress.ts'
import { fingerprint, listTree, type Entry } from './listing.ts'

/** The identity of a source that has been looked up. */
export interface SourceIdentity {
  readonly kind: 'debian' | 'tarball' | 'git' | 'dir'
  /** The same for the same content, from every origin: part of the key of a build. */
  readonly content: string
  /** For people: a package version, a commit. */
  readonly version: string
  /** The directory below `sources` in the cache. */
  readonly directory: string
  /** Verified or recorded facts: `sha256 of the package`, `commit`. */
  readonly facts: Readonly<Record<string, string>>
  /** Command lines that get the same tree by hand. */
  readonly repeat: readonly string[]
}

/** Free bytes for a tree of 6.12 (1.6 GiB) and its archives (0.3 GiB). */
const spaceForSource = 2.2 * 2 ** 30

/** Returns the directory of a source: the tree, its stamp, and notes about it. */
export function sourceHome(cache: string, directory: string): string {
  return path.join(cache, 'sources', directory)
}

/** Returns the path of the unpacked tree of a source. */
export function treeOf(cache: string, { directory }: Pick<SourceIdentity, 'directory'>): string {
  return path.join(sourceHome(cache, directory), 'tree')
}

/** Returns the identity that `remember` wrote for the source of this name. */
export async function recall(cache: string, name: string): Promise<SourceIdentity | undefined> {
  const known = await readJson(sourceHome(cache, `${name}.json`))
  return isIdentity(known) ? known : undefined
}

/** Pins the identity of a source to a name, so that the next run asks neither apt nor the network. */
export async function remember(cache: string, name: string, identity: SourceIdentity): Promise<void> {
  await writeWhole(sourceHome(cache, `${name}.json`), JSON.stringify(identity, undefined, 2))
}

function isIdentity(value: unknown): value is SourceIdentity {
  return hasShape(value, { content: 'string', directory: 'string', facts: 'object', repeat: 'array' })
}

/** Takes the lock of a source: one builder fetches and unpacks it, the others wait. */
export async function lockSource(context: BuildContext, directory: string): Promise<AsyncDisposable> {
  return lockFor(context, `source-${directory}`, 'is fetching the source')
}

function stampOf(home: string): string {
  return path.join(home, 'stamp.json')
}

async function readStamp(cache: string, directory: string): Promise<string | undefined> {
  const stamp = await readJson(stampOf(sourceHome(cache, directory)))
  return hasShape(stamp, { fingerprint: 'string' }) ? stamp.fingerprint : undefined
}

/** Returns whether a tree has been unpacked; does not look at its files. */
export async function isUnpacked(cache: string, directory: string): Promise<boolean> {
  return (await readStamp(cache, directory)) !== undefined
}

/** Notes the state of the complete tree in the directory of a source. Call it with the lock held. */
export async function stampTree(home: string, signal: AbortSignal): Promise<void> {
  const entries = await listTree(path.join(home, 'tree'), signal)
  await writeWhole(stampOf(home), JSON.stringify({ fingerprint: fingerprint(entries) }))
}

/** Removes the stamp of a tree: until the next `stampTree` the tree counts as incomplete. */
export async function unstampTree(home: string): Promise<void> {
  await rm(stampOf(home), { force: true })
}

/** Returns the files of an unpacked tree; undefined when they have changed since they were unpacked. */
export async function untouchedFiles(
  { cache, signal }: BuildContext,
  directory: string,
): Promise<ReadonlyMap<string, Entry> | undefined> {
  const wanted = await readStamp(cache, directory)
  if (wanted === undefined) return undefined
  const entries = await listTree(treeOf(cache, { directory }), signal)
  return fingerprint(entries) === wanted ? entries : undefined
}

/** Removes an unpacked tree, so that the next build obtains it again. */
export async function discardTree(cache: string, directory: string): Promise<void> {
  const home = sourceHome(cache, directory)
  await unstampTree(home)
  await rm(home, { recursive: true, force: true })
}

/**
 * Makes the tree of a source: `fill` writes to a new directory, which gets its name when it is complete and stamped. Call
 * it with the lock held.
 * @throws {InfraError} NO_SPACE
 */
export async function makeTree<Result>(
  { cache, signal }: BuildContext,
  directory: string,
  fill: (tree: string, scratch: string) => Promise<Result>,
): Promise<Result> {
  await discardTree(cache, directory)
  return makeWhole(sourceHome(cache, directory), async (home) => {
    const tree = path.join(home, 'tree')
    const scratch = path.join(home, 'scratch')
    await mkdir(tree)
    await mkdir(scratch)
    await requireSpace(home, spaceForSource, 'unpacking the kernel source')
    const result = await fill(tree, scratch)
    await rm(scratch, { recursive: true, force: true })
    await stampTree(home, signal)
    return result
  })
}
