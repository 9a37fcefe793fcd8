// The guest fills pages with a byte: it reaches pages of both states.
import { tuple } from 'fast-check'
import { z } from 'zod'
import { gpaOf, guestPlace, isInSlot, type GuestArgs } from '../../places/guest-place.ts'
import { tags } from './host-fill.ts'
import { bytesAt, describePages, natural, rangeFields, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

interface Args extends GuestArgs {
  readonly tag: number
}

export const guestFillStep: StepKind = stepKind<Args>({
  name: 'guest-fill',
  weight: 4,
  fields: z.strictObject({ ...rangeFields, slot: natural.default(0), tag: natural.max(255) }),
  arbitrary: (shape) => tuple(guestPlace(shape), tags).map(([draft, tag]) => (world) => ({ ...draft(world), tag })),
  check: isInSlot,
  act: (args, world, plan) => {
    world.slots[args.slot]?.guest.touch(rangeOf(args))
    const size = bytesAt(args.count)
    world.model.fill(rangeOf(args), args.tag)
    world.visit(rangeOf(args))
    const { timeout } = world.subject
    const request = { vcpu: world.vcpu, gpa: gpaOf(args, world), size, timeout } as const
    plan.add(
      'guestFill',
      { ...request, pattern: 'byte', value: args.tag },
      { fields: { outcome: 'done', bytes: size } },
    )
  },
  describe: ({ tag, ...args }) => `fill ${describePages(args)} with ${tag} as guest`,
})
