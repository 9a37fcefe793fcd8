// Unmaps one of the mappings; its pages stay as they are.
import { z } from 'zod'
import { anyObject, choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly mapping: number
}

export const unmapStep: StepKind = stepKind<Args>({
  name: 'unmap',
  weight: 1,
  fields: z.strictObject({ mapping: natural.default(0) }),
  arbitrary: () => anyObject.map((index) => ({ mappings }) => ({ mapping: choose(index, mappings) })),
  check: ({ mapping }, { mappings }) => mapping < mappings.length,
  act: ({ mapping }, { mappings, slots }, plan) => {
    for (const { made, child } of mappings.splice(mapping, 1)) {
      plan.add('munmap', { mapping: made, offset: 0, length: 0 }, {}, { child })
      if (child !== undefined) continue
      for (const slot of slots) if (slot.mapping === made) slot.guest.loseTrack()
    }
  },
  describe: ({ mapping }) => `unmap mapping ${mapping}`,
})
