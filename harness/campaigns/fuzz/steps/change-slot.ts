// Sets a memslot in a way that KVM must refuse: nothing of a slot with a file can change, and a new one must be possible.
import { constantFrom, nat, tuple } from 'fast-check'
import { z } from 'zod'
import { memslotFlags } from '../../../uapi/constants.ts'
import { gpaOfWindow, windows } from '../program/windows.ts'
import {
  bytesAt,
  choose,
  cutTo,
  describePages,
  isInside,
  natural,
  rangeFields,
  rangeIn,
  rangeOf,
  type RangeArgs,
} from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

const { guestMemfd, logDirtyPages, readOnly } = memslotFlags
/** No CPU has this guest address. */
const tooHigh = 2 ** 52

/** Changes of a slot that exists, and new slots that are impossible. */
const changes = ['again', 'moved', 'of-the-range', 'with-dirty-log', 'read-only', 'without-file'] as const
const novelties = ['new-with-dirty-log', 'new-read-only', 'new-too-high', 'new-beyond-the-end'] as const

interface Args extends RangeArgs {
  readonly how: (typeof changes)[number] | (typeof novelties)[number]
  readonly slot: number
}

function isNew({ how }: Args): boolean {
  return novelties.some((novelty) => novelty === how)
}

export const changeSlotStep: StepKind = stepKind<Args>({
  name: 'change-slot',
  weight: 1,
  fields: z.strictObject({
    ...rangeFields,
    how: z.enum([...changes, ...novelties]),
    slot: natural.default(0),
  }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape), constantFrom(...changes, ...novelties), nat(3)).map(([draft, how, index]) => (world) => {
      const range = draft(world)
      return { ...cutTo(range, world.layout.partAt(range.first)), how, slot: choose(index, world.slots) }
    }),
  check: (args, world) => {
    const range = rangeOf(args)
    if (world.descriptors.length === 0 || !isInside(range, world.all) || !world.layout.isNear(range)) return false
    return isNew(args) ? !world.isBound(range) : args.slot < world.slots.length
  },
  act: (args, world, plan) => {
    const [gmem] = world.descriptors
    const old = world.slots[args.slot]
    if (gmem === undefined) return
    const { vm, layout } = world
    const range = isNew(args) || args.how === 'of-the-range' || old === undefined ? rangeOf(args) : old.range
    const { offset: gmemOffset, size } = layout.bytesOf(range)
    const free = gpaOfWindow(windows) + bytesAt(range.first)
    const same = { vm, slot: old?.number ?? 0, gpa: old?.gpa ?? free, size, gmem, gmemOffset }
    const fresh = { ...same, slot: world.nextSlot, gpa: free }
    const bound = { flags: guestMemfd, mappingOffset: 0 }
    const requests = {
      again: { ...same, ...bound },
      moved: { ...same, ...bound, gpa: free },
      'of-the-range': { ...same, ...bound },
      'with-dirty-log': { ...same, ...bound, flags: guestMemfd | logDirtyPages },
      'read-only': { ...same, ...bound, flags: guestMemfd | readOnly },
      'without-file': { vm, slot: same.slot, gpa: same.gpa, size, flags: 0, mappingOffset: 0, gmemOffset: 0 },
      'new-with-dirty-log': { ...fresh, ...bound, flags: guestMemfd | logDirtyPages },
      'new-read-only': { ...fresh, ...bound, flags: guestMemfd | readOnly },
      'new-too-high': { ...fresh, ...bound, gpa: tooHigh },
      'new-beyond-the-end': { ...fresh, ...bound, size: layout.size - gmemOffset + bytesAt(1) },
    }
    plan.add('memslotSet', requests[args.how], { errno: ['EINVAL'] })
    world.nextSlot += 1
  },
  describe: ({ how, slot, ...args }) =>
    how.startsWith('new') ? `bind ${describePages(args)} ${how}` : `set slot ${slot} ${how}, ${describePages(args)}`,
})
