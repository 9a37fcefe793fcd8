// KVM_PRE_FAULT_MEMORY allocates and maps pages for the guest, which has not touched them.
import { z } from 'zod'
import { gpaOf, guestPlace, isInSlot, type GuestArgs } from '../../places/guest-place.ts'
import { bytesAt, describePages, natural, rangeFields, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

export const preFaultStep: StepKind = stepKind<GuestArgs>({
  name: 'pre-fault',
  weight: 1,
  needs: { capability: 'pre-fault' },
  fields: z.strictObject({ ...rangeFields, slot: natural.default(0) }),
  arbitrary: guestPlace,
  check: isInSlot,
  act: (args, world, plan) => {
    world.slots[args.slot]?.guest.touch(rangeOf(args))
    world.model.allocate(rangeOf(args))
    const request = { vcpu: world.vcpu, gpa: gpaOf(args, world), size: bytesAt(args.count), flags: 0 }
    plan.add('preFault', request, { fields: { size: 0n } })
  },
  describe: (args) => `pre-fault ${describePages(args)}`,
})
