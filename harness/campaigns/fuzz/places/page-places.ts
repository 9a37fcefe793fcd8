// Where steps happen: at the edges of 4K, 2M, 1G and of the file, and beside the places of earlier steps.
import { constantFrom, integer, nat, oneof, tuple, type Arbitrary } from 'fast-check'
import { z } from 'zod'
import { hugePageBytes } from '../../../base/huge-page-sizes.ts'
import { pageSize } from '../../../base/units.ts'
import { describeRange, endOf, pages, type PageRange } from '../../../model/ranges.ts'
import type { Shape, World } from '../program/world.ts'
import { hugePagesOf } from '../program/world.ts'
import type { Draft } from '../steps/step-kind.ts'

/** A natural number in a file. */
export const natural: z.ZodNumber = z.number().int().min(0)

/** The fields of a range of pages in a file. */
export const rangeFields: { readonly first: z.ZodNumber; readonly count: z.ZodNumber } = {
  first: natural,
  count: natural.min(1),
}

/** Pages of the file, as steps name them. */
export interface RangeArgs {
  readonly first: number
  readonly count: number
}

/** Returns the range of a step. */
export function rangeOf({ first, count }: RangeArgs): PageRange {
  return pages(first, count)
}

/** Describes the range of a step. */
export function describePages(args: RangeArgs): string {
  return describeRange(rangeOf(args))
}

/** Returns the offset of a page in bytes. */
export function bytesAt(index: number): number {
  return index * pageSize
}

/** Tells whether a range lies inside another. */
export function isInside(range: PageRange, outer: PageRange): boolean {
  return range.first >= outer.first && endOf(range) <= endOf(outer)
}

/** The pages where the kernel has edges: of the file, of its huge pages, and of 2M within a huge page of 1G. */
function edgesOf(shape: Shape): number[] {
  const size = hugePagesOf(shape)
  if (size === undefined) return [0, Math.floor(shape.pages / 2), shape.pages]
  const step = hugePageBytes['2M'] / pageSize
  const unit = hugePageBytes[size] / pageSize
  const edges = new Set([0, step, unit - step, unit, Math.floor(unit / 2), shape.pages - unit, shape.pages])
  for (let edge = unit; edge < shape.pages; edge += unit) edges.add(edge)
  return [...edges].filter((edge) => edge <= shape.pages).toSorted((left, right) => left - right)
}

function inFile(index: number, shape: Shape): number {
  return Math.min(Math.max(index, 0), shape.pages)
}

/** A page near an edge, near a place of an earlier step, or anywhere; up to the end of the file. */
function place(shape: Shape): Arbitrary<Draft<number>> {
  const near = integer({ min: -2, max: 2 })
  const atEdge = tuple(constantFrom(...edgesOf(shape)), near).map(
    ([edge, delta]) =>
      () =>
        inFile(edge + delta, shape),
  )
  const atEarlier = tuple(nat(5), near).map(
    ([back, delta]) =>
      ({ places }: World) =>
        inFile((places.at(-1 - back) ?? 0) + delta, shape),
  )
  const anywhere = nat(shape.pages - 1).map((index) => () => index)
  return oneof(
    { arbitrary: atEdge, weight: 4 },
    { arbitrary: atEarlier, weight: 4 },
    { arbitrary: anywhere, weight: 2 },
  )
}

/** A range of at least one page, and of at most `most` pages. */
export function rangeIn(shape: Shape, most: number = shape.pages): Arbitrary<Draft<RangeArgs>> {
  const short = integer({ min: 1, max: Math.min(4, most) }).map((count) => (_: World, first: number) => first + count)
  const upTo = place(shape).map((end) => (world: World) => end(world))
  return tuple(place(shape), oneof({ arbitrary: short, weight: 3 }, { arbitrary: upTo, weight: 2 })).map(
    ([from, to]) =>
      (world: World) => {
        const [one, other] = [from(world), to(world, from(world))]
        const first = Math.min(one, other, shape.pages - 1)
        const end = Math.min(Math.max(one, other, first + 1), shape.pages)
        return { first, count: Math.min(end - first, most) }
      },
  )
}

/** Cuts a range to the part that lies inside another, or to its first page. */
export function cutTo({ first, count }: RangeArgs, outer: PageRange): RangeArgs {
  const from = Math.min(Math.max(first, outer.first), endOf(outer) - 1)
  const end = Math.min(Math.max(first + count, from + 1), endOf(outer))
  return { first: from, count: end - from }
}

/** Cuts a range to pages that lie side by side in the file and inside another range. */
export function cutToMemory(range: RangeArgs, outer: PageRange, { layout }: World): RangeArgs {
  const cut = cutTo(range, outer)
  return cutTo(cut, layout.partAt(cut.first))
}

/** A number for `choose`, of objects of which a program has at most twelve: four of a process, and those of two children. */
export const anyObject: Arbitrary<number> = nat(11)

/** One of the objects that exist, counted from the oldest: `index` of any size is taken modulo their number. */
export function choose(index: number, things: readonly unknown[]): number {
  return things.length === 0 ? 0 : index % things.length
}
