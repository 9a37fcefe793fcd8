// The pages that the guest reaches through one of the memslots.
import { nat, tuple, type Arbitrary } from 'fast-check'
import type { Shape, World } from '../program/world.ts'
import { bytesAt, choose, cutTo, isInside, rangeIn, rangeOf, type RangeArgs } from './page-places.ts'
import type { Draft } from '../steps/step-kind.ts'

/** Pages of the file, and the slot through which the guest reaches them, from the oldest. */
export interface GuestArgs extends RangeArgs {
  readonly slot: number
}

/** Generates pages of a slot. */
export function guestPlace(shape: Shape): Arbitrary<Draft<GuestArgs>> {
  return tuple(rangeIn(shape), nat(3)).map(([draft, index]) => (world) => {
    const slot = choose(index, world.slots)
    const place = draft(world)
    return { ...cutTo(place, world.slots[slot]?.range ?? rangeOf(place)), slot }
  })
}

/** Tells whether the slot exists and has the pages. */
export function isInSlot(args: GuestArgs, { slots }: World): boolean {
  const bound = slots[args.slot]
  return bound !== undefined && isInside(rangeOf(args), bound.range)
}

/** Returns the guest address of the pages. */
export function gpaOf(args: GuestArgs, { slots }: World): number {
  const bound = slots[args.slot]
  return bound === undefined ? 0 : bound.gpa + bytesAt(args.first - bound.range.first)
}
