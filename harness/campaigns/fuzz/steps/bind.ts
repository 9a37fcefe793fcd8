// Binds a range of the file to a new memslot; a range that another slot has is refused.
import { constantFrom, nat, tuple } from 'fast-check'
import { z } from 'zod'
import { memslotFlags } from '../../../uapi/constants.ts'
import { GuestPages } from '../program/guest-pages.ts'
import { windowAt, windows } from '../program/windows.ts'
import {
  bytesAt,
  choose,
  cutTo,
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
  readonly descriptor: number
  /** The guest address lies so many pages behind one that is congruent to the offset in the file. */
  readonly skewedBy: number
}

export const bindStep: StepKind = stepKind<Args>({
  name: 'bind',
  weight: 2,
  fields: z.strictObject({ ...rangeFields, descriptor: natural.default(0), skewedBy: natural.max(1024).default(0) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape), nat(3), constantFrom(0, 0, 0, 1, 511)).map(([draft, index, skewedBy]) => (world) => {
      const place = draft(world)
      return {
        ...cutTo(place, world.layout.partAt(place.first)),
        descriptor: choose(index, world.descriptors),
        skewedBy,
      }
    }),
  check: (args, world) =>
    world.layout.isNear(rangeOf(args)) &&
    isInside(rangeOf(args), world.all) &&
    args.descriptor < world.descriptors.length &&
    world.slots.length < windows,
  act: (args, world, plan) => {
    const gmem = world.descriptors[args.descriptor]
    if (gmem === undefined) return
    const bound = rangeOf(args)
    const window = windowAt(world)
    const gpa = window.gpa + bytesAt(bound.first + args.skewedBy)
    const place = {
      slot: world.nextSlot,
      gpa,
      size: bytesAt(bound.count),
      gmemOffset: world.layout.offsetOf(bound.first),
    }
    const request = { vm: world.vm, flags: memslotFlags.guestMemfd, mappingOffset: 0, gmem, ...place }
    if (world.isBound(bound)) {
      plan.add('memslotSet', request, { errno: world.uapi.expects.overlappingSlot })
      return
    }
    plan.add('memslotSet', request)
    world.slots.push({ number: world.nextSlot, window: window.index, gpa, range: bound, guest: new GuestPages() })
    world.nextSlot += 1
  },
  describe: ({ skewedBy, ...args }) => `bind ${describePages(args)}${skewedBy === 0 ? '' : `, skewed by ${skewedBy}`}`,
})
