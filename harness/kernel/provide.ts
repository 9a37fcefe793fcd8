// The one way to a kernel: the build in the store that is made from exactly this, or a new one.
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { KernelDefinition } from './definition/definition.ts'
import { InfraError } from '../base/errors.ts'
import { buildKernel, SourceTouched } from './build-kernel.ts'
import type { Ingredients } from './build-kernel.ts'
import { identifyCompiler, requireTools } from './kernel-compiler.ts'
import { readJson, sha256 } from '../cache/atomic-file.ts'
import { readFragments, requestedConfig } from './kconfig/fragment.ts'
import { takeLock } from '../cache/lock.ts'
import type { BuildContext } from './provide-progress.ts'
import { repeatByHand } from './build-provenance.ts'
import type { Provenance } from './build-provenance.ts'
import { readSeries } from './series.ts'
import { identifySource, obtainSource } from './source.ts'
import { entryOf, findEntry, productNames, removeLeftovers } from '../cache/store.ts'

/** A finished build. All paths are in the store and stay valid until the cache is cleaned. */
export interface KernelBuild {
  readonly key: string
  readonly directory: string
  /** What is booted: with symbols, without debug info. */
  readonly vmlinux: string
  /** The same with debug info, for addr2line and gdb. */
  readonly vmlinuxDebug: string
  readonly bzImage: string
  readonly config: string
  readonly systemMap: string
  readonly provenance: Provenance
  /** It was in the store already. */
  readonly cached: boolean
}

export interface ProvideOptions extends BuildContext {
  /** Compilers at the same time; default: one a processor. */
  readonly jobs?: number
  /** Look for a newer package, or for where a branch is now. */
  readonly refresh?: boolean
  /** Read every byte of the stored build before it is trusted. */
  readonly verify?: boolean
}

/** Part of the key: counted up when the same ingredients are made into something else. */
const recipe = 1

/**
 * Finds the build of a definition in the store, or makes it. With everything in the cache this takes a few
 * milliseconds and starts no process.
 * @throws {UsageError} for a definition that names what does not exist
 * @throws {InfraError} for a machine that lacks something
 * @throws {BuildError} for a series that does not apply, an option that does not survive, code that does not compile
 */
export async function provideKernel(
  definition: KernelDefinition,
  options: ProvideOptions,
): Promise<KernelBuild> {
  const refresh = options.refresh ?? false
  const known = refresh ? undefined : await identifySource(definition.source, options)
  if (known !== undefined) {
    const ingredients = await collect(definition, known, options)
    const { key } = ingredients
    if (await findEntry(key, options, options.verify)) return load(ingredients, true, options)
  }
  await requireTools()
  return withSource(definition, options, refresh, async (ingredients) => {
    const cached = await buildOnce(ingredients, options)
    return load(ingredients, cached, options)
  })
}

/**
 * Makes sure that the source of a definition is in the cache, and works with it. When the tree turns out to have been
 * written to, it is unpacked again, once.
 * @throws {InfraError} SOURCE_CHANGING
 */
export async function withSource<Result>(
  definition: KernelDefinition,
  context: BuildContext,
  refresh: boolean,
  work: (ingredients: Ingredients) => Promise<Result>,
): Promise<Result> {
  for (let isRetry = false; ; isRetry = true) {
    const identity = await obtainSource(definition.source, context, refresh && !isRetry)
    const ingredients = await collect(definition, identity, context)
    try {
      return await work(ingredients)
    } catch (error) {
      if (!(error instanceof SourceTouched)) throw error
      if (isRetry) {
        throw new InfraError('SOURCE_CHANGING', error.message, { hint: 'something else writes to the cache' })
      }
      context.progress({ type: 'notice', message: `${error.message}; it is unpacked again` })
    }
  }
}

/** Only one builder makes a key; who waited for it finds it. */
async function buildOnce(ingredients: Ingredients, options: ProvideOptions): Promise<boolean> {
  let waited = false
  await using lock = await takeLock(options.cache, `kernel-${ingredients.key}`, {
    signal: options.signal,
    onWait: (holder) => {
      waited = true
      options.progress({ type: 'phase', phase: 'waiting', detail: `${holder} is building this kernel` })
    },
  })
  void lock
  if (await findEntry(ingredients.key, options)) {
    if (waited) options.progress({ type: 'notice', message: 'the other gmemtest has built this kernel' })
    return true
  }
  await removeLeftovers(options.cache)
  await buildKernel(ingredients, options, options.jobs ?? availableParallelism())
  return false
}

/** All that a build of this definition is made from, with its key. */
export async function collect(
  definition: KernelDefinition,
  identity: Ingredients['identity'],
  context: BuildContext,
): Promise<Ingredients> {
  const [patches, requests, compiler] = await Promise.all([
    readSeries(definition.series, context.signal),
    readFragments(definition.fragments),
    identifyCompiler(context),
  ])
  const made = {
    recipe,
    source: identity.content,
    patches: patches.map((patch) => patch.content),
    config: requestedConfig(requests),
    compiler,
  }
  const key = sha256(Buffer.from(JSON.stringify(made))).slice(0, 32)
  return { definition, identity, patches, requests, compiler, key }
}

async function load(
  { key, definition, identity, patches, requests }: Ingredients,
  cached: boolean,
  { cache }: BuildContext,
): Promise<KernelBuild> {
  const directory = entryOf(cache, key)
  const file = (name: string): string => path.join(directory, name)
  const provenance = await readJson(file(productNames.provenance))
  if (!isProvenance(provenance)) {
    const size = (await readFile(file(productNames.provenance))).length
    throw new InfraError(
      'STORE_DAMAGED',
      `${file(productNames.provenance)} (${size} bytes) is no provenance`,
      {
        hint: `remove ${directory} and run the same command again`,
      },
    )
  }
  return {
    key,
    directory,
    vmlinux: file(productNames.vmlinux),
    vmlinuxDebug: file(productNames.vmlinuxDebug),
    bzImage: file(productNames.bzImage),
    config: file(productNames.config),
    systemMap: file(productNames.systemMap),
    // The store's may be from another checkout, or from a series with other names for the same patches.
    provenance: { ...provenance, repeat: repeatByHand(definition, identity, patches, requests) },
    cached,
  }
}

function isProvenance(value: unknown): value is Provenance {
  return (
    typeof value === 'object' && value !== null && 'release' in value && 'repeat' in value && 'key' in value
  )
}
