// Deletes one of the memslots; a later one may have its guest addresses.
import { nat } from 'fast-check'
import { z } from 'zod'
import { choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly slot: number
}

export const unbindStep: StepKind = stepKind<Args>({
  name: 'unbind',
  weight: 1,
  fields: z.strictObject({ slot: natural.default(0) }),
  arbitrary: () => nat(3).map((index) => ({ slots }) => ({ slot: choose(index, slots) })),
  check: ({ slot }, { slots }) => slot < slots.length,
  act: ({ slot }, { slots, vm, all }, plan) => {
    for (const { number } of slots.splice(slot, 1)) {
      plan.add('memslotSet', { vm, slot: number, flags: 0, gpa: 0, size: 0, mappingOffset: 0, gmemOffset: 0 })
    }
    // Some kernels take everything from the guest then.
    for (const { guest } of slots) guest.doubt(all)
  },
  describe: ({ slot }) => `delete slot ${slot}`,
})
