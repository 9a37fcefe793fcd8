// The host fills pages with a byte, through one of its mappings: up to the first private page.
import { integer, tuple } from 'fast-check'
import { z } from 'zod'
import { endOf, pages } from '../../../../model/ranges.ts'
import {
  firstPrivate,
  isInMapping,
  mappedFields,
  mappedPlace,
  offsetIn,
  type MappedArgs,
} from '../../places/mapped-place.ts'
import { bytesAt, describePages, natural, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

interface Args extends MappedArgs {
  readonly tag: number
}

/** Bytes that fill pages; a hole reads as 0. */
export const tags = integer({ min: 1, max: 255 })

export const hostFillStep: StepKind = stepKind<Args>({
  name: 'host-fill',
  weight: 4,
  fields: z.strictObject({ ...mappedFields, tag: natural.max(255) }),
  arbitrary: (shape) => tuple(mappedPlace(shape), tags).map(([draft, tag]) => (world) => ({ ...draft(world), tag })),
  check: isInMapping,
  act: ({ tag, mapping, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const filled = rangeOf(args)
    const offset = offsetIn(filled.first, mapped.range, world)
    const request = { mapping: mapped.made, offset, size: bytesAt(filled.count), pattern: 'byte', value: tag } as const
    const { child, rights = 'all' } = mapped
    if (rights !== 'all') {
      plan.add('hostFill', request, { fields: { outcome: 'sigsegv', bytes: 0, faultOffset: offset } }, { child })
      return
    }
    const reached = firstPrivate(filled, world)
    const bytes = bytesAt(reached - filled.first)
    if (reached > filled.first) world.model.fill(pages(filled.first, reached - filled.first), tag)
    world.visit(filled)
    const isDone = reached === endOf(filled)
    const fields = isDone
      ? ({ outcome: 'done', bytes } as const)
      : ({ outcome: 'sigbus', bytes, faultOffset: offset + bytes } as const)
    plan.add('hostFill', request, { fields }, { child })
  },
  describe: ({ tag, ...args }) => `fill ${describePages(args)} with ${tag} as host`,
})
