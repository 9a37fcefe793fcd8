// The work tree of a kernel: one builder at a time brings it up to date and works in it.
import { mkdir, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { byteName, bytePath } from '../base/byte-name.ts'
import { BuildError, InfraError } from '../base/errors.ts'
import { exists, makePrivate, sweep, writeWhole } from '../cache/atomic-file.ts'
import { keyOf } from '../cache/hash.ts'
import { requireSpace } from '../cache/space.ts'
import { withAppliedSource } from './proof/applied-source.ts'
import { lastLines, succeed } from './command.ts'
import type { KernelDefinition } from './definition/definition.ts'
import type { Ingredients } from './ingredients.ts'
import { lockFor } from './kernel-store.ts'
import { makeLockOf } from './make.ts'
import type { SeriesProof } from './proof/series-proof.ts'
import type { BuildContext } from './provide-progress.ts'
import { listTree, objectsName } from './source/listing.ts'
import { treeLockOf, treesIn } from './trees/tree-places.ts'
import { updateTree } from './worktree.ts'

/** Free bytes for objects with line tables, vmlinux.o, vmlinux and the copies in the store. */
const spaceForBuild = 2 ** 30

/**
 * Brings the work tree of a definition up to date and works in it; no other process does meanwhile. The tree is `tree` in
 * the directory `home`. `begin` may put a tree there first.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY
 * @throws {InfraError} NO_SPACE, TREE_BUSY
 * @throws {SourceTouched}
 */
export async function inWorkTree<Result>(
  ingredients: Ingredients,
  context: BuildContext,
  work: (home: string, proof: SeriesProof) => Promise<Result>,
  begin: (home: string) => Promise<void> = async () => undefined,
): Promise<Result> {
  const { definition } = ingredients
  const name = treeNameOf(definition)
  await using lock = await lockFor(context, treeLockOf(name), `builds another ${definition.name}`)
  void lock
  // Not before: the process that had the lock may have removed the directory.
  const directory = path.join(treesIn(context.cache), name)
  await makePrivate(directory)
  // gcc writes physical paths into the debug information, and make must map the same paths.
  const home = await realpath(directory)
  await sweep(home)
  await waitForPrograms(home, context)
  await begin(home)
  await requireSpace(home, spaceForBuild, `building ${definition.name}`)
  const { proof } = await prepareTree(ingredients, home, context)
  return await work(home, proof)
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
): Promise<{ readonly written: readonly string[]; readonly proof: SeriesProof }> {
  return withAppliedSource(ingredients, path.join(home, 'scratch'), context, async (applied) => {
    const { pristine, files, proof } = applied
    const overlay = new Map(Array.from(applied.overlay, ([name, file]) => [byteName(name), file]))
    const written = await updateTree(path.join(home, 'tree'), { pristine, files, overlay }, context.signal)
    return { written, proof }
  })
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
