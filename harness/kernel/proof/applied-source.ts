// The source of a kernel with its series applied, as copies of the changed files, and the proof of it.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import type { SeriesPart } from '../definition/definition.ts'
import type { Ingredients } from '../ingredients.ts'
import { repositoryOf } from './prerequisites.ts'
import { proofOf, type SeriesProof } from './series-proof.ts'
import { treeHashes } from './tree-hash.ts'
import type { BuildContext } from '../provide-progress.ts'
import { applyWholly, type Overlay } from '../series/apply.ts'
import { namingFittingSource } from '../series/fitting-source.ts'
import { cloneOf } from '../source/git.ts'
import type { Entry } from '../source/listing.ts'
import { discardTree, hasContent, lockSource, SourceTouched, treeOf, untouchedFiles } from '../source/pristine.ts'

/** The source with its series, while no other builder changes the source. */
export interface AppliedSource {
  /** The unpacked source; it is only read. */
  readonly pristine: string
  readonly files: ReadonlyMap<string, Entry>
  readonly overlay: Overlay
  readonly proof: SeriesProof
}

/**
 * Applies a series to copies of files in `scratch`, which is removed afterwards, and calls `work`.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY
 * @throws {SourceTouched}
 */
export async function withAppliedSource<Result>(
  ingredients: Ingredients,
  scratch: string,
  context: BuildContext,
  work: (applied: AppliedSource) => Promise<Result>,
): Promise<Result> {
  const { definition, identity, patches } = ingredients
  const pristine = treeOf(context.cache, identity)
  await rm(scratch, { recursive: true, force: true })
  await using done = new AsyncDisposableStack()
  done.defer(async () => rm(scratch, { recursive: true, force: true }))
  await using lock = await lockSource(context, identity.directory)
  void lock
  if (!(await hasContent(context.cache, identity))) {
    throw new SourceTouched(`${identity.version} is no longer the state of the directory`)
  }
  const files = await untouchedFiles(context, identity.directory)
  if (files === undefined) {
    await discardTree(context.cache, identity.directory)
    throw new SourceTouched(`${pristine} is not as it was unpacked`)
  }
  context.progress({ type: 'phase', phase: 'series', detail: plural(patches.length, 'patch') })
  const lenders = [
    repositoryOf(definition.source, context.cache),
    ...definition.series.map((part) => rangePlace(part, context.cache)),
  ]
  const merge =
    definition.threeWay === true ? { merge: { lenders: lenders.filter((place) => place !== undefined) } } : {}
  const { overlay, merged } = await applyWholly(patches, pristine, scratch, context, merge).catch(
    async (error: unknown) => {
      throw namingBase(await namingFittingSource(error, { patches, identity, scratch }, context), ingredients)
    },
  )
  const hashes = await treeHashes(identity, files, overlay, scratch, context)
  const proof = await proofOf(ingredients, { merged, hashes }, context)
  return await work({ pristine, files, overlay, proof })
}

/** Adds to the error of a series the commit that it was made for, if that is not the source. */
function namingBase(error: unknown, { series, identity }: Ingredients): unknown {
  const [base] = series.parts.flatMap((part) => part.series.baseCommit ?? [])
  if (!(error instanceof BuildError) || base === undefined || identity.facts['commit']?.startsWith(base) === true)
    return error
  const hint = `the series was made for base-commit ${base}, and the source is ${identity.version}; take that commit (--source git:URL#${base.slice(0, 12)})`
  const before = error.hint?.startsWith('the series applies') === true ? `${error.hint}; ` : ''
  return new BuildError(error.code, error.message, { cause: error.cause, tail: error.tail, hint: `${before}${hint}` })
}

function rangePlace(part: SeriesPart, cache: string): string | undefined {
  if (part.kind !== 'git') return undefined
  return path.isAbsolute(part.repository) ? part.repository : cloneOf(cache, part.repository)
}
