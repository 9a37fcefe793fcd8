// The sources of one kernel for debuggers. The work tree of its definition has the sources of the last build instead.
import { lutimes, utimes } from 'node:fs/promises'
import path from 'node:path'
import { bytePath } from '../base/byte-name.ts'
import { InfraError } from '../base/errors.ts'
import { exists } from '../cache/atomic-file.ts'
import { makeWhole, prune } from '../cache/whole-directory.ts'
import { cacheError } from '../cache/space.ts'
import type { KernelDefinition } from './definition/definition.ts'
import { lockFor } from './kernel-store.ts'
import { prepareTree } from './kernel-tree.ts'
import type { BuildContext } from './provide-progress.ts'
import { collect, type KernelBuild } from './provide.ts'
import { identifySource, obtainSource } from './source.ts'
import { isUnpacked, SourceTouched } from './source/pristine.ts'

// Directories take space; the files are hard links.
const mostKept = 4

const longAgo = new Date(0)

/** The directory in which a kernel was compiled, as its debug information has it: all paths of sources begin there. */
export const compilationDirectory = './gmemtest-objects'

/**
 * Returns the directory of all sources that a kernel was built from, the series applied. The first call for a kernel makes it
 * of hard links in some seconds.
 * @throws {InfraError} NO_SOURCES when the cache no longer has the source that the kernel was built from; NO_SPACE,
 *   CACHE_NOT_WRITABLE
 */
export async function provideSourceTree(
  { key, definition }: Pick<KernelBuild, 'key' | 'definition'>,
  context: BuildContext,
): Promise<string> {
  const root = path.join(context.cache, 'kernel-sources')
  const home = path.join(root, key)
  await using lock = await lockFor(context, `kernel-sources-${key}`, 'copies these sources')
  void lock
  try {
    if (await exists(home)) await utimes(home, new Date(), new Date())
    else await makeWhole(home, (aside) => fill(aside, key, definition, context))
    await prune(root, mostKept)
  } catch (error) {
    throw cacheError(error, root)
  }
  return path.join(home, 'tree')
}

async function fill(home: string, key: string, definition: KernelDefinition, context: BuildContext): Promise<void> {
  const known = await identifySource(definition.source, context)
  // Without the tree, obtaining the source may take minutes and the network.
  if (known === undefined || !(await isUnpacked(context.cache, known.directory))) {
    throw lacking('the cache does not have the unpacked source of this kernel')
  }
  // The copy of a directory may have another state of it.
  const identity = await obtainSource(definition.source, context, false)
  const ingredients = await collect(definition, identity, context)
  if (ingredients.key !== key) throw lacking('source or series have changed since this kernel was built')
  try {
    const { written } = await prepareTree(ingredients, home, context)
    // gdb warns of sources that are newer than the kernel.
    for (const name of written)
      await lutimes(bytePath(path.join(home, 'tree'), name), longAgo, longAgo).catch(() => undefined)
  } catch (error) {
    throw error instanceof SourceTouched ? lacking(error.message) : error
  }
}

function lacking(reason: string): InfraError {
  return new InfraError('NO_SOURCES', reason, { hint: 'build the kernel again: ./gmemtest build' })
}
