// Applies the series of a definition without a build, and looks up the proof that lies beside a build.
import { mkdtempDisposable } from 'node:fs/promises'
import path from 'node:path'
import { makePrivate } from '../../cache/atomic-file.ts'
import { withAppliedSource } from './applied-source.ts'
import type { KernelDefinition } from '../definition/definition.ts'
import type { Ingredients } from '../ingredients.ts'
import type { BuildContext } from '../provide-progress.ts'
import { withSource } from '../provide.ts'
import type { SeriesProof } from './series-proof.ts'

/** A series that was applied, and its inputs. */
export interface CheckedSeries {
  readonly ingredients: Ingredients
  readonly proof: SeriesProof
}

/**
 * Applies the series of a definition to copies of the files that it touches.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, and the errors of `provideKernel` about source and series
 */
export async function checkSeries(definition: KernelDefinition, context: BuildContext): Promise<CheckedSeries> {
  const home = path.join(context.cache, 'checks')
  await makePrivate(home)
  return withSource(definition, context, context.refresh ?? false, async (ingredients) => {
    await using place = await mkdtempDisposable(path.join(home, 'series-'))
    const scratch = path.join(place.path, 'scratch')
    const proof = await withAppliedSource(ingredients, scratch, context, async (applied) => applied.proof)
    return { ingredients, proof }
  })
}
