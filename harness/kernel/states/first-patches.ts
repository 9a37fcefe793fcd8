// Kernels with a part of a series: the states between its patches.
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { plural } from '../../base/plural.ts'
import type { KernelDefinition } from '../definition/definition.ts'
import type { Patch } from '../series/patch.ts'

/**
 * Returns the definition of the kernel with only the first patches of the series. All of these kernels share a work tree,
 * which is another one than that of the whole series: its objects stay as they are.
 */
export function withFirstPatches(definition: KernelDefinition, count: number): KernelDefinition {
  const { name, flavour } = definition
  return {
    ...definition,
    name: `${name}@${count}`,
    flavour: flavour === undefined ? 'partial' : `${flavour}-partial`,
    firstPatches: count,
  }
}

/**
 * Finds a state of a series by the number of its patches, or by the last one of them: a part of the name or the subject.
 * @throws {UsageError} PATCH_UNKNOWN, PATCH_AMBIGUOUS
 */
export function stateNamed(text: string, patches: readonly Pick<Patch, 'name' | 'subject'>[], option: string): number {
  const count = patches.length
  if (/^\d{1,4}$/.test(text) && Number(text) <= count) return Number(text)
  // The names of commits are full of digits, so a short number is a number of patches.
  const isName = text !== '' && !/^\d{1,3}$/.test(text)
  const found = patches.flatMap(({ name, subject }, index) =>
    isName && (name.includes(text) || subject.includes(text)) ? [{ name, applied: index + 1 }] : [],
  )
  const [first, ...others] = found
  if (first !== undefined && others.length === 0) return first.applied
  if (first !== undefined) {
    throw new UsageError('PATCH_AMBIGUOUS', `${option} '${text}' is a part of ${found.length} patches`, {
      hint: `name one of ${found.map(({ name }) => name).join(', ')}`,
    })
  }
  const [near] = nearest(
    text,
    patches.map(({ name }) => name),
  )
  throw new UsageError(
    'PATCH_UNKNOWN',
    `${option} '${text}' is no state of the series, which has ${plural(count, 'patch')}`,
    {
      hint:
        near === undefined ? `a number from 0 to ${count}, or a part of the name of a patch` : `the nearest is ${near}`,
    },
  )
}
