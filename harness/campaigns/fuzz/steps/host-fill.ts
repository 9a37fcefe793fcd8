// The host fills pages with a byte, through one of its mappings: up to the first private page.
import { integer, nat, tuple } from 'fast-check'
import { z } from 'zod'
import { endOf, pages } from '../../../model/ranges.ts'
import type { World } from '../program/world.ts'
import {
  bytesAt,
  choose,
  cutToMemory,
  describePages,
  isInside,
  natural,
  rangeIn,
  rangeFields,
  rangeOf,
  type RangeArgs,
} from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args extends RangeArgs {
  readonly mapping: number
  readonly tag: number
}

/** Bytes that fill pages; a hole reads as 0. */
export const tags = integer({ min: 1, max: 255 })

export const hostFillStep: StepKind = stepKind<Args>({
  name: 'host-fill',
  weight: 4,
  fields: z.strictObject({ ...rangeFields, mapping: natural.default(0), tag: natural.max(255) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape), nat(3), tags).map(([draft, index, tag]) => (world) => {
      const mapping = choose(index, world.mappings)
      const place = draft(world)
      return { ...cutToMemory(place, world.mappings[mapping]?.range ?? rangeOf(place), world), mapping, tag }
    }),
  check: (args, { mappings, layout }) => {
    const mapped = mappings[args.mapping]
    return mapped !== undefined && isInside(rangeOf(args), mapped.range) && layout.isNear(rangeOf(args))
  },
  act: ({ tag, mapping, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const filled = rangeOf(args)
    const reached = firstPrivate(filled, world)
    const offset = world.layout.offsetOf(filled.first) - world.layout.offsetOf(mapped.range.first)
    const request = { mapping: mapped.made, offset, size: bytesAt(filled.count), pattern: 'byte', value: tag } as const
    const bytes = bytesAt(reached - filled.first)
    if (reached > filled.first) world.model.fill(pages(filled.first, reached - filled.first), tag)
    world.visit(filled)
    const isDone = reached === endOf(filled)
    plan.add('hostFill', request, {
      fields: isDone ? { outcome: 'done', bytes } : { outcome: 'sigbus', bytes, faultOffset: offset + bytes },
    })
  },
  describe: ({ tag, ...args }) => `fill ${describePages(args)} with ${tag} as host`,
})

/** Returns the first private page of the range, or its end. */
function firstPrivate(range: ReturnType<typeof rangeOf>, { model }: World): number {
  return model.stateRuns(range).find(({ value }) => value === 'private')?.first ?? endOf(range)
}
