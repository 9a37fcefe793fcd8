// Unpacked sources in the cache. They are never written to, and a build notices when somebody did.
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { takeLock } from '../../cache/lock.ts'
import type { BuildContext } from '../provide-progress.ts'
import { requireSpace } from '../../cache/space.ts'
import { fingerprint, listTree } from './listing.ts'
import type { Entry } from './listing.ts'

/** What a source is, once it has been looked up. */
export interface SourceIdentity {
  readonly kind: 'debian' | 'tarball' | 'git' | 'dir'
  /** The same for the same content, whatever it was got from: part of the key of a build. */
  readonly content: string
  /** For people: a package version, a commit. */
  readonly version: string
  /** The directory below `sources` in the cache. */
  readonly directory: string
  /** What was verified or recorded: `sha256 of the package`, `commit`. */
  readonly facts: Readonly<Record<string, string>>
  /** Command lines that get the same tree by hand. */
  readonly repeat: readonly string[]
}

/** A tree of 6.12 takes 1.6 GiB, its archives 0.3 GiB. */
const spaceForSource = 2.2 * 2 ** 30

/** Where the unpacked tree of a source is. */
export function treeOf(cache: string, identity: Pick<SourceIdentity, 'directory'>): string {
  return path.join(cache, 'sources', identity.directory, 'tree')
}

function stampOf(cache: string, directory: string): string {
  return path.join(cache, 'sources', directory, 'stamp.json')
}

/** What `remember` noted about the sources of this name, as it was written. */
export async function recall(cache: string, name: string): Promise<SourceIdentity | undefined> {
  const known = await readJson(path.join(cache, 'sources', `${name}.json`))
  return isIdentity(known) ? known : undefined
}

/** Pins a name to what it was found to be, so that the next run needs neither apt nor the network. */
export async function remember(cache: string, name: string, identity: SourceIdentity): Promise<void> {
  await writeWhole(path.join(cache, 'sources', `${name}.json`), JSON.stringify(identity, undefined, 2))
}

function isIdentity(value: unknown): value is SourceIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'content' in value &&
    typeof value.content === 'string' &&
    'directory' in value &&
    typeof value.directory === 'string' &&
    'facts' in value &&
    'repeat' in value &&
    Array.isArray(value.repeat)
  )
}

/** Only one builder fetches or unpacks a source; the others wait for it. */
export async function lockSource(context: BuildContext, directory: string): Promise<AsyncDisposable> {
  return takeLock(context.cache, `source-${directory}`, {
    signal: context.signal,
    onWait: (holder) =>
      context.progress({ type: 'phase', phase: 'waiting', detail: `${holder} is fetching the source` }),
  })
}

/** Whether the tree is there, as far as can be told without looking at each file. */
export async function isUnpacked(cache: string, directory: string): Promise<boolean> {
  return (await readStamp(cache, directory)) !== undefined
}

async function readStamp(cache: string, directory: string): Promise<string | undefined> {
  const stamp = await readJson(stampOf(cache, directory))
  const isStamp = typeof stamp === 'object' && stamp !== null && 'fingerprint' in stamp
  return isStamp && typeof stamp.fingerprint === 'string' ? stamp.fingerprint : undefined
}

/** Notes the state of a tree that is complete. Call it with the lock held. */
export async function stampTree(context: BuildContext, directory: string): Promise<void> {
  const entries = await listTree(treeOf(context.cache, { directory }), context.signal)
  await writeWhole(stampOf(context.cache, directory), JSON.stringify({ fingerprint: fingerprint(entries) }))
}

/** The files of an unpacked tree; undefined when they are not as they were unpacked. */
export async function untouchedFiles(
  context: BuildContext,
  directory: string,
): Promise<ReadonlyMap<string, Entry> | undefined> {
  const wanted = await readStamp(context.cache, directory)
  if (wanted === undefined) return undefined
  const entries = await listTree(treeOf(context.cache, { directory }), context.signal)
  return fingerprint(entries) === wanted ? entries : undefined
}

/** Removes an unpacked tree, so that the next build gets it again. */
export async function discardTree(cache: string, directory: string): Promise<void> {
  await rm(stampOf(cache, directory), { force: true })
  await rm(path.join(cache, 'sources', directory), { recursive: true, force: true })
}

/**
 * Makes the tree of a source. `fill` writes it to a new directory; it is renamed when it is complete, so that a
 * builder that dies on the way leaves nothing that looks whole. Call it with the lock held.
 * @throws {InfraError} NO_SPACE
 */
export async function makeTree(
  context: BuildContext,
  directory: string,
  fill: (tree: string, scratch: string) => Promise<void>,
): Promise<void> {
  const final = path.join(context.cache, 'sources', directory)
  const temporary = `${final}.new`
  await rm(temporary, { recursive: true, force: true })
  await rm(final, { recursive: true, force: true })
  const tree = path.join(temporary, 'tree')
  const scratch = path.join(temporary, 'scratch')
  await mkdir(tree, { recursive: true })
  await mkdir(scratch)
  try {
    await requireSpace(temporary, spaceForSource, 'unpacking the kernel source')
    await fill(tree, scratch)
    await rm(scratch, { recursive: true, force: true })
    await rename(temporary, final)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
  await stampTree(context, directory)
}
