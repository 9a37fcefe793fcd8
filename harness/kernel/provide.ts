// The one way to a kernel: the stored build of exactly these ingredients, or a new build.
import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { KernelDefinition } from './definition/definition.ts'
import { InfraError } from '../base/errors.ts'
import { readJson } from '../cache/atomic-file.ts'
import { keyOf } from '../cache/hash.ts'
import { keepUnderLimit } from '../cache/keep-under-limit.ts'
import { cacheError } from '../cache/space.ts'
import { holdEntry } from '../cache/uses.ts'
import { buildKernel } from './build-kernel.ts'
import { countingVariable } from './gcov/counted-files.ts'
import { requireBuildPath } from './cache-path.ts'
import { identifyCompiler, requireTools } from './kernel-compiler.ts'
import { readFragments, requestedConfig } from './kconfig/fragment.ts'
import { isStored, kernelShelf, lockFor, productNames } from './kernel-store.ts'
import type { Ingredients } from './ingredients.ts'
import { meetPrerequisites, type WholeSeries } from './proof/prerequisites.ts'
import { claimsOf } from './proof/series-proof.ts'
import type { BuildContext } from './provide-progress.ts'
import { asApplied, goalsOf, isProvenance, repeatByHand, type Provenance } from './build-provenance.ts'
import { patchesOf, readParts } from './series.ts'
import { mergedSentence } from './series/merge-patch.ts'
import { identifySource, obtainSource } from './source.ts'
import { SourceTouched } from './source/pristine.ts'

/** A finished build. All paths are in the store and stay valid until a user removes the cache. */
export interface KernelBuild {
  readonly key: string
  /** The definition that it was built from. */
  readonly definition: KernelDefinition
  readonly directory: string
  /** The file that an instance boots: with symbols, without debug info. */
  readonly vmlinux: string
  /** The same with debug info, for addr2line and gdb. */
  readonly vmlinuxDebug: string
  readonly bzImage: string
  readonly config: string
  readonly systemMap: string
  readonly provenance: Provenance
  /** The store had the build already. */
  readonly cached: boolean
}

export interface ProvideOptions extends BuildContext {
  /** How many compilers run at the same time; default: one a processor. */
  readonly jobs?: number
  /** Reads every byte of the stored build before its use. */
  readonly verify?: boolean
}

/** Part of the key. Raise it when the same ingredients make another product. */
const recipe = 1

/**
 * Finds the build of a definition in the store, or makes it. With everything in the cache this takes a few
 * milliseconds and waits for no process.
 * @throws {UsageError} for a definition that names a missing source, series or fragment
 * @throws {InfraError} when this computer lacks a program, space or the network, or when the cache cannot be used
 * @throws {BuildError} for a series that does not apply, an option that does not survive, code that does not compile
 */
export async function provideKernel(definition: KernelDefinition, options: ProvideOptions): Promise<KernelBuild> {
  try {
    return await provide(definition, options)
  } catch (error) {
    throw cacheError(error, options.cache)
  }
}

async function provide(definition: KernelDefinition, options: ProvideOptions): Promise<KernelBuild> {
  // To read a directory for the first time takes long, too.
  if (definition.source.kind === 'dir') await requireBuildPath(options.cache)
  const refresh = options.refresh ?? false
  const known = refresh ? undefined : await identifySource(definition.source, options)
  if (known !== undefined) {
    const ingredients = await collect(definition, known, { ...options, progress: () => undefined })
    if (await isStoredAndHeld(ingredients.key, options)) return load(ingredients, true, options)
  }
  requireTools()
  return withSource(definition, options, refresh, async (ingredients) => {
    const cached = await buildOnce(ingredients, options)
    if (!cached) await keepUnderLimit(options, (message) => options.progress({ type: 'notice', message }))
    return load(ingredients, cached, options)
  })
}

/**
 * Makes sure that the source of a definition is in the cache, and calls `work`. When another program has changed the
 * unpacked tree, the source is unpacked again, once.
 * @throws {InfraError} SOURCE_CHANGING, CACHE_PATH
 */
export async function withSource<Result>(
  definition: KernelDefinition,
  context: BuildContext,
  refresh: boolean,
  work: (ingredients: Ingredients) => Promise<Result>,
): Promise<Result> {
  await requireBuildPath(context.cache)
  for (let isRetry = false; ; isRetry = true) {
    const identity = await obtainSource(definition.source, context, refresh && !isRetry)
    const ingredients = await collect(definition, identity, context)
    try {
      return await work(ingredients)
    } catch (error) {
      if (!(error instanceof SourceTouched)) throw error
      if (isRetry) {
        throw new InfraError('SOURCE_CHANGING', error.message, {
          hint: 'stop the program that writes to the source or the cache, and run the same command again',
        })
      }
      context.progress({ type: 'notice', message: `${error.message}; it is obtained again` })
    }
  }
}

/** Returns whether the store has a kernel, and keeps pruning from it until this process ends. */
async function isStoredAndHeld(key: string, options: ProvideOptions): Promise<boolean> {
  const shelf = kernelShelf(options.cache, options.verify)
  await holdEntry(options.cache, path.join(shelf.root, key))
  return isStored(shelf, key, options)
}

/** Builds a key unless another builder makes it meanwhile; returns whether the store has the build already. */
async function buildOnce(ingredients: Ingredients, options: ProvideOptions): Promise<boolean> {
  const { key } = ingredients
  let hasWaited = false
  await using lock = await lockFor(options, `kernel-${key}`, 'is building this kernel', () => {
    hasWaited = true
  })
  void lock
  if (await isStoredAndHeld(key, { ...options, verify: false })) {
    if (hasWaited) options.progress({ type: 'notice', message: 'the other gmemtest has built this kernel' })
    return true
  }
  await buildKernel(ingredients, options, options.jobs ?? availableParallelism())
  return false
}

/** A kernel as far as it is known without a build. */
export interface KnownKernel {
  /** Unknown while the source must still be fetched. */
  readonly key?: string
  /** The store has the build. */
  readonly isStored: boolean
}

/**
 * Tells whether the store has the build of a definition. Fetches, builds and writes nothing.
 * @throws {UsageError} for a definition that names a missing source, series or fragment
 */
export async function lookUpKernel(definition: KernelDefinition, context: BuildContext): Promise<KnownKernel> {
  const identity = await identifySource(definition.source, context)
  if (identity === undefined) return { isStored: false }
  const { key } = await collect(definition, identity, context)
  return { key, isStored: await isStored(kernelShelf(context.cache), key, context) }
}

/** Collects the inputs of a build of this definition, and computes its key. */
export async function collect(
  definition: KernelDefinition,
  identity: Ingredients['identity'],
  context: BuildContext,
): Promise<Ingredients> {
  // What a series leaves out is told once, when its definition is loaded.
  const quiet = { ...context, refresh: false, progress: progressWithoutNotices(context) }
  const [series, requests, compiler] = await Promise.all([
    wholeSeries(definition, identity, quiet),
    readFragments(definition.fragments),
    identifyCompiler(context),
  ])
  const patches = patchesOf(series.parts).slice(0, definition.firstPatches)
  const key = keyOf({
    recipe,
    source: identity.content,
    patches: patches.map((patch) => patch.content),
    config: requestedConfig(requests),
    compiler,
    ...(definition.threeWay === true ? { threeWay: true } : {}),
    ...(definition.counts === undefined ? {} : { counting: countingVariable(definition.counts, patches) }),
  })
  return { definition, identity, series, patches, requests, compiler, key }
}

async function wholeSeries(
  definition: KernelDefinition,
  identity: Ingredients['identity'],
  context: BuildContext,
): Promise<WholeSeries> {
  return meetPrerequisites(await readParts(definition.series, context), definition, identity, context)
}

function progressWithoutNotices({ progress }: BuildContext): BuildContext['progress'] {
  return (each) => {
    if (each.type !== 'notice') progress(each)
  }
}

async function load(
  ingredients: Ingredients,
  cached: boolean,
  { cache, progress }: BuildContext,
): Promise<KernelBuild> {
  const { key, definition, identity, patches, requests } = ingredients
  const directory = path.join(kernelShelf(cache).root, key)
  const file = (name: string): string => path.join(directory, name)
  const provenance = await readJson(file(productNames.provenance))
  if (!isProvenance(provenance)) {
    throw new InfraError('STORE_DAMAGED', `${file(productNames.provenance)} is no provenance`, {
      hint: `remove ${directory} and run the same command again`,
    })
  }
  // A new build has told it.
  const merged = cached ? provenance.patches : []
  for (const { name, merged: hunks = [] } of merged) {
    for (const hunk of hunks) progress({ type: 'notice', message: mergedSentence(name, hunk) })
  }
  return {
    key,
    definition,
    directory,
    vmlinux: file(productNames.vmlinux),
    vmlinuxDebug: file(productNames.vmlinuxDebug),
    bzImage: file(productNames.bzImage),
    config: file(productNames.config),
    systemMap: file(productNames.systemMap),
    // The stored lines may name another checkout, or a series with other names for the same patches.
    provenance: {
      ...provenance,
      patches: withMessageIds(provenance.patches, patches),
      ...claimsOf(ingredients),
      repeat: repeatByHand(identity, asApplied(patches, provenance), requests, goalsOf(ingredients)),
    },
    cached,
  }
}

/** Adds the Message-IDs of the series: the same patches may have come as plain diffs when the kernel was built. */
function withMessageIds(stored: Provenance['patches'], patches: Ingredients['patches']): Provenance['patches'] {
  return stored.map((patch, index) => {
    const messageId = patches[index]?.messageId
    return messageId === undefined ? patch : { ...patch, messageId }
  })
}
