// The work tree of a kernel: one builder at a time brings it up to date and works in it.
import { mkdir, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { byteName, bytePath } from '../base/byte-name.ts'
import { BuildError, InfraError } from '../base/errors.ts'
import { plural } from '../base/plural.ts'
import { exists, makePrivate, sweep, writeWhole } from '../cache/atomic-file.ts'
import { keyOf } from '../cache/hash.ts'
import { lockOfEntry, partOf } from '../cache/cache-parts.ts'
import { requireSpace } from '../cache/space.ts'
import { holdEntry } from '../cache/uses.ts'
import { lastLines, succeed } from './command.ts'
import type { KernelDefinition } from './definition/definition.ts'
import { lockFor } from './kernel-store.ts'
import { makeLockOf } from './make.ts'
import type { Request } from './kconfig/fragment.ts'
import type { BuildContext } from './provide-progress.ts'
import { applySeries } from './series/apply.ts'
import { namingFittingSource } from './series/fitting-source.ts'
import type { Patch } from './series/patch.ts'
import { listTree, objectsName } from './source/listing.ts'
import { discardTree, hasContent, lockSource, sourceHome, treeOf, untouchedFiles } from './source/pristine.ts'
import type { SourceIdentity } from './source/pristine.ts'
import { updateTree } from './worktree.ts'

/** All inputs of a build. */
export interface Ingredients {
  readonly definition: KernelDefinition
  readonly identity: SourceIdentity
  readonly patches: readonly Patch[]
  readonly requests: readonly Request[]
  readonly compiler: string
  readonly key: string
}

/** Free bytes for objects with line tables, vmlinux.o, vmlinux and the copies in the store. */
const spaceForBuild = 2 ** 30

/** The source in the cache is no longer the one of the ingredients; it must be obtained again. */
export class SourceTouched extends Error {}

/**
 * Brings the work tree of a definition up to date and works in it; no other process does meanwhile. The tree is `tree` in
 * the directory `home`.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY
 * @throws {InfraError} NO_SPACE, TREE_BUSY
 * @throws {SourceTouched}
 */
export async function inWorkTree<Result>(
  ingredients: Ingredients,
  context: BuildContext,
  work: (home: string) => Promise<Result>,
): Promise<Result> {
  const { definition } = ingredients
  const name = treeNameOf(definition)
  const directory = path.join(partOf(context.cache, 'trees'), name)
  await makePrivate(directory)
  // gcc writes physical paths into the debug information, and make must map the same paths.
  const home = await realpath(directory)
  await using lock = await lockFor(context, lockOfEntry('trees', name), `builds another ${definition.name}`)
  void lock
  await sweep(home)
  await waitForPrograms(home, context)
  await requireSpace(home, spaceForBuild, `building ${definition.name}`)
  await prepareTree(ingredients, home, context)
  return await work(home)
}

/**
 * Names the work tree of a definition: by the name of its file, its flavour and its source, but not by a path of the
 * checkout. So all checkouts share the tree, and so do all series, options and mutants of the kernel: `updateTree`
 * compares contents, and make builds only files that differ.
 */
function treeNameOf({ file, flavour, source }: KernelDefinition): string {
  const stem = wordOf(path.basename(file).replace(/\.ya?ml$/, ''))
  const { kind } = source
  // The hash identifies an archive, wherever the archive lies.
  const identity = kind === 'tarball' ? { kind, sha256: source.sha256 } : source
  return [stem, ...(flavour === undefined ? [] : [wordOf(flavour)]), keyOf(identity).slice(0, 12)].join('-')
}

/** Returns a name that make and the shells of kbuild read as one word, of a length that leaves space for other parts. */
function wordOf(name: string): string {
  return name.replaceAll(/[^\w.+@-]/g, '_').slice(0, 80)
}

/** Waits until the programs that a killed builder left have ended: they may still write objects. */
async function waitForPrograms(home: string, { signal }: BuildContext): Promise<void> {
  const file = makeLockOf(path.join(home, 'tree'))
  await succeed('flock', [file, 'true'], { signal, stage: 'waiting for an earlier make' }, (result) => {
    return new InfraError('TREE_BUSY', `programs of an earlier build do not end`, {
      tail: lastLines(result, 3),
      hint: `'fuser ${file}' prints their process ids; end them and run the same command again`,
    })
  })
}

/**
 * Puts source and series into `tree` in the directory `home`; the tree does not change when the series does not apply. The
 * source stays as it is meanwhile: another builder may want to update it.
 * @returns the files that were written or removed, as byte names: the others have the times of the source
 */
export async function prepareTree(
  ingredients: Ingredients,
  home: string,
  context: BuildContext,
): Promise<readonly string[]> {
  const { identity, patches } = ingredients
  const pristine = treeOf(context.cache, identity)
  const scratch = path.join(home, 'scratch')
  await rm(scratch, { recursive: true, force: true })
  await using done = new AsyncDisposableStack()
  done.defer(async () => rm(scratch, { recursive: true, force: true }))
  await using lock = await lockSource(context, identity.directory)
  void lock
  // A campaign builds from it again and again; between two builds, nothing holds its lock.
  await holdEntry(context.cache, sourceHome(context.cache, identity.directory))
  if (!(await hasContent(context.cache, identity))) {
    throw new SourceTouched(`${identity.version} is no longer the state of the directory`)
  }
  const files = await untouchedFiles(context, identity.directory)
  if (files === undefined) {
    await discardTree(context.cache, identity.directory)
    throw new SourceTouched(`${pristine} is not as it was unpacked`)
  }
  context.progress({ type: 'phase', phase: 'series', detail: plural(patches.length, 'patch') })
  const changes = await applySeries(patches, pristine, scratch, context).catch(async (error: unknown) => {
    throw await namingFittingSource(error, { patches, identity, scratch }, context)
  })
  const overlay = new Map(Array.from(changes, ([name, file]) => [byteName(name), file]))
  return await updateTree(path.join(home, 'tree'), { pristine, files, overlay }, context.signal)
}

/**
 * Marks the objects of a tree while `work` builds them. A killed build may leave objects that are half written and newer
 * than their sources; its mark remains, and the next build then removes the objects that were written last.
 */
export async function withObjects(
  home: string,
  signal: AbortSignal,
  work: (objects: string) => Promise<void>,
): Promise<void> {
  const objects = path.join(home, 'tree', objectsName)
  const mark = path.join(home, 'building')
  await mkdir(objects, { recursive: true })
  if (await exists(mark)) await discardRecent(objects, signal)
  await writeWhole(mark, `${process.pid}\n`)
  await work(objects).catch(async (error: unknown) => {
    // make ended by itself, and its objects are whole.
    if (error instanceof BuildError) await rm(mark, { force: true })
    throw error
  })
  await rm(mark, { force: true })
}

/** Longer than any file takes to be written, and than the system keeps data before the data is on the disk. */
const recentSeconds = 120

/** Removes the files of a tree that were written within two minutes before the last one. */
export async function discardRecent(directory: string, signal: AbortSignal): Promise<void> {
  const files = await listTree(directory, signal)
  // Not Math.max(...): a kernel with all options has more objects than a function may have arguments.
  let last = 0
  for (const { time } of files.values()) last = Math.max(last, Number(time))
  for (const [name, { time, type }] of files) {
    if (type !== 'd' && last - Number(time) < recentSeconds) await rm(bytePath(directory, name), { force: true })
  }
}
