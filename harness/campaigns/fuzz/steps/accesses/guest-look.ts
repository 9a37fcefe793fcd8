// The guest looks at pages through a memslot.
import { z } from 'zod'
import { gpaOf, guestPlace, isInSlot, type GuestArgs } from '../../places/guest-place.ts'
import { bytesAt, describePages, natural, rangeFields, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

export const guestLookStep: StepKind = stepKind<GuestArgs>({
  name: 'guest-look',
  weight: 2,
  fields: z.strictObject({ ...rangeFields, slot: natural.default(0) }),
  arbitrary: guestPlace,
  check: isInSlot,
  act: (args, world, plan) => {
    world.slots[args.slot]?.guest.touch(rangeOf(args))
    const seen = rangeOf(args)
    world.model.allocate(seen)
    const { timeout } = world.subject
    const request = { vcpu: world.vcpu, gpa: gpaOf(args, world), size: bytesAt(args.count), timeout }
    plan.add('guestScan', request, {
      fields: { outcome: 'done' },
      runs: { first: seen.first, wanted: world.model.guestView(seen) },
    })
  },
  describe: (args) => `look at ${describePages(args)} as guest`,
})
