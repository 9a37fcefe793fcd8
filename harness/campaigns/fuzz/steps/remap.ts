// Moves a mapping to another address: it shows the same pages there.
import { z } from 'zod'
import { mapFlags, protections, remapFlags } from '../../../uapi/constants.ts'
import { anyObject, choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly mapping: number
}

export const remapStep: StepKind = stepKind<Args>({
  name: 'remap',
  weight: 1,
  fields: z.strictObject({ mapping: natural.default(0) }),
  arbitrary: () => anyObject.map((index) => ({ mappings }) => ({ mapping: choose(index, mappings) })),
  check: ({ mapping }, { mappings }) => mapping < mappings.length,
  act: ({ mapping: index }, { mappings, slots, layout }, plan) => {
    const mapped = mappings[index]
    if (mapped === undefined) return
    const { made: mapping, child, range } = mapped
    const { size } = layout.bytesOf(range)
    const flags = mapFlags.private | mapFlags.anonymous
    const place = plan.add('mmap', { offset: 0, length: size, protection: protections.none, flags }, {}, { child })
    const moved = { mapping, offset: 0, oldSize: size, newSize: size, place, placeOffset: 0 }
    plan.add('mremap', { ...moved, flags: remapFlags.mayMove | remapFlags.fixed }, {}, { child })
    // Something else may come to the old address: the handle of the mapping must not reach it.
    plan.add('munmap', { mapping, offset: 0, length: 0 }, {}, { child })
    mappings[index] = { ...mapped, made: place }
    if (child === undefined) for (const slot of slots) if (slot.mapping === mapping) slot.guest.loseTrack()
  },
  describe: ({ mapping }) => `move mapping ${mapping}`,
})
