// The pages that the host reaches through one of its mappings.
import { constantFrom, tuple, type Arbitrary } from 'fast-check'
import type { z } from 'zod'
import { words } from '../../../agent/vocabulary.ts'
import { endOf, type PageRange } from '../../../model/ranges.ts'
import type { Run, Tag } from '../../../model/reference-model.ts'
import type { Mapped, Shape, World } from '../program/world.ts'
import type { Draft } from '../steps/step-kind.ts'
import {
  anyObject,
  choose,
  cutToMemory,
  isInside,
  natural,
  rangeFields,
  rangeIn,
  rangeOf,
  type RangeArgs,
} from './page-places.ts'

/** Pages of the file, and the mapping through which the host reaches them, from the oldest. */
export interface MappedArgs extends RangeArgs {
  readonly mapping: number
}

/** Pages that the kernel copies. */
export interface CopiedArgs extends MappedArgs {
  readonly way: (typeof words.way)[number]
}

/** The fields of such pages in a file. */
export const mappedFields: typeof rangeFields & { readonly mapping: z.ZodDefault<z.ZodNumber> } = {
  ...rangeFields,
  mapping: natural.default(0),
}

/** Generates at most `most` pages of a mapping. */
export function mappedPlace(shape: Shape, most?: number): Arbitrary<Draft<MappedArgs>> {
  return tuple(rangeIn(shape, most), anyObject).map(([draft, index]) => (world) => {
    const mapping = choose(index, world.mappings)
    const range = draft(world)
    return { ...cutToMemory(range, world.mappings[mapping]?.range ?? rangeOf(range), world), mapping }
  })
}

/** The pages that a pipe holds: a copy through one cannot have more at once. */
const mostInPipe = 16

/** Generates pages of a mapping, and a way to copy them. */
export function copiedPlace(shape: Shape): Arbitrary<Draft<CopiedArgs>> {
  return tuple(mappedPlace(shape), constantFrom(...words.way)).map(([draft, way]) => (world) => {
    const args = draft(world)
    return { ...args, count: way === 'pipe' ? Math.min(args.count, mostInPipe) : args.count, way }
  })
}

/** Tells whether the mapping exists, has the pages side by side, and allows all accesses. */
export function isUsable(args: MappedArgs, world: World): boolean {
  return isInMapping(args, world) && (world.mappings[args.mapping]?.rights ?? 'all') === 'all'
}

/** Returns what the host sees of pages through a mapping; the pages that it may look at are allocated then. */
export function lookThrough({ rights }: Mapped, range: PageRange, { model }: World): Run<Tag | 'sigbus' | 'sigsegv'>[] {
  if (rights === 'none') return [{ first: range.first, count: range.count, value: 'sigsegv' }]
  model.hostLooked(range)
  return model.hostView(range)
}

/** Tells whether the pages can be copied at once. */
export function isCopiable(args: CopiedArgs, world: World): boolean {
  return isUsable(args, world) && (args.way !== 'pipe' || args.count <= mostInPipe)
}

/** Tells whether the mapping exists and has the pages side by side. */
export function isInMapping(args: MappedArgs, { mappings, layout }: World): boolean {
  const mapped = mappings[args.mapping]
  return mapped !== undefined && isInside(rangeOf(args), mapped.range) && layout.isNear(rangeOf(args))
}

/** Returns the offset of a page in a mapping of the range. */
export function offsetIn(index: number, mapped: PageRange, { layout }: World): number {
  return layout.offsetOf(index) - layout.offsetOf(mapped.first)
}

/** Returns the first private page of the range, or its end. */
export function firstPrivate(range: PageRange, { model }: World): number {
  return model.stateRuns(range).find(({ value }) => value === 'private')?.first ?? endOf(range)
}
