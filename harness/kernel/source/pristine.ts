// Unpacked sources in the cache. Builds only read them, and notice when another program has changed them.
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { hasShape } from '../../base/has-shape.ts'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { takeFreeLock } from '../../cache/lock.ts'
import { removeTree } from '../../cache/remove-tree.ts'
import { requireSpace } from '../../cache/space.ts'
import { discard, makeWhole } from '../../cache/whole-directory.ts'
import { lastLines, succeed } from '../command.ts'
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

/** The source in the cache is no longer the one that was identified; it must be obtained again. */
export class SourceTouched extends Error {}

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

function lockName(directory: string): string {
  return `source-${directory}`
}

/** Takes the lock of a source: one builder fetches, unpacks or reads it, the others wait. */
export async function lockSource(context: BuildContext, directory: string): Promise<AsyncDisposable> {
  return lockFor(context, lockName(directory), 'is using the source')
}

/** Takes the lock of a source if no other builder has it; returns undefined otherwise. */
export async function lockFreeSource(
  { cache, signal }: BuildContext,
  directory: string,
): Promise<AsyncDisposable | undefined> {
  return takeFreeLock(cache, lockName(directory), signal)
}

function stampOf(home: string): string {
  return path.join(home, 'stamp.json')
}

interface Stamp {
  readonly fingerprint: string
  /** The content of the tree, as in the identity of the source, when the name of the directory does not tell it. */
  readonly content?: unknown
}

async function readStamp(cache: string, directory: string): Promise<Stamp | undefined> {
  const stamp = await readJson(stampOf(sourceHome(cache, directory)))
  return hasShape(stamp, { fingerprint: 'string' }) ? stamp : undefined
}

/** Returns whether the tree of a source has the content of the identity, and not that of a later state. Call it with the lock held. */
export async function hasContent(cache: string, { directory, content }: SourceIdentity): Promise<boolean> {
  const stamp = await readStamp(cache, directory)
  return stamp?.content === undefined || stamp.content === content
}

/** Returns whether a tree has been unpacked; does not look at its files. */
export async function isUnpacked(cache: string, directory: string): Promise<boolean> {
  return (await readStamp(cache, directory)) !== undefined
}

/** Notes the state of the complete tree in the directory of a source, and its content. Call it with the lock held. */
export async function stampTree(home: string, signal: AbortSignal, content?: string): Promise<void> {
  const entries = await listTree(path.join(home, 'tree'), signal)
  const stamp: Stamp = { fingerprint: fingerprint(entries), content }
  await writeWhole(stampOf(home), JSON.stringify(stamp))
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
  return fingerprint(entries) === wanted.fingerprint ? entries : undefined
}

/** Removes an unpacked tree, so that the next build obtains it again. Call it with the lock held. */
export async function discardTree(cache: string, directory: string): Promise<void> {
  await discard(sourceHome(cache, directory))
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
    await removeTree(scratch)
    await makeAccessible(tree, signal)
    await stampTree(home, signal)
    return result
  })
}

/** Gives this user the permissions that a build needs, where an archive has other ones. */
async function makeAccessible(tree: string, signal: AbortSignal): Promise<void> {
  const closed = ['(', '-type', 'd', '!', '-perm', '-700', '-o', '-type', 'f', '!', '-perm', '-600', ')']
  // Not `{} +`: find must be able to enter a directory when it has passed the name to chmod.
  await succeed(
    'find',
    [tree, ...closed, '-exec', 'chmod', 'u+rwX', '{}', ';'],
    { signal, stage: 'unpacking the kernel source' },
    (result) => new InfraError('TREE_UNREADABLE', `cannot make ${tree} readable`, { tail: lastLines(result, 5) }),
  )
}
