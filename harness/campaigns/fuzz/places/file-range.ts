// The bytes of a fallocate: whole pages of the file, pages behind its end, and parts of pages.
import { constant, constantFrom, nat, oneof, tuple, type Arbitrary } from 'fast-check'
import { z } from 'zod'
import { pageSize } from '../../../base/units.ts'
import type { PageRange } from '../../../model/ranges.ts'
import type { Shape, World } from '../program/world.ts'
import { choose, natural, rangeIn, rangeOf } from './page-places.ts'
import type { Draft } from '../steps/step-kind.ts'

/** The arguments of a fallocate. */
export interface FileArgs {
  readonly offset: number
  readonly size: number
  /** The descriptor of the file, from the oldest. */
  readonly descriptor: number
}

export const fileFields: z.ZodType<FileArgs> = z.strictObject({
  offset: natural,
  size: natural,
  descriptor: natural.default(0),
})

/** Changes of the size in bytes; the first one is none. */
const more = [0, pageSize, 1, 2048, 2 ** 31, 2 ** 40] as const

/** Generates bytes of the file, most of them whole pages inside it. */
export function fileRange(shape: Shape): Arbitrary<Draft<FileArgs>> {
  const sizeBy = oneof({ arbitrary: constant(0), weight: 8 }, { arbitrary: constantFrom(...more), weight: 1 })
  return tuple(rangeIn(shape), sizeBy, nat(3)).map(([draft, by, index]) => (world) => {
    const { offset, size } = world.layout.bytesOf(rangeOf(draft(world)))
    return { offset, size: size + by, descriptor: choose(index, world.descriptors) }
  })
}

/** Returns what fallocate makes of the bytes: a range inside the file, one that goes beyond it, or EINVAL. */
export function fileRangeOf({ offset, size }: FileArgs, { layout }: World): PageRange | 'beyond' | 'EINVAL' {
  if (size === 0 || offset % pageSize !== 0 || size % pageSize !== 0) return 'EINVAL'
  return layout.pagesIn({ offset, size }) ?? 'beyond'
}

export function describeBytes({ offset, size }: FileArgs): string {
  return `offset 0x${offset.toString(16)}, size 0x${size.toString(16)}`
}
