// Closes a descriptor of the file that is not its last one.
import { nat } from 'fast-check'
import { z } from 'zod'
import { choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly descriptor: number
}

export const closeStep: StepKind = stepKind<Args>({
  name: 'close',
  weight: 2,
  fields: z.strictObject({ descriptor: natural.default(0) }),
  arbitrary: () => nat(3).map((index) => ({ descriptors }) => ({ descriptor: choose(index, descriptors) })),
  check: ({ descriptor }, { descriptors }) => descriptors.length > 1 && descriptor < descriptors.length,
  act: ({ descriptor }, { descriptors }, plan) => {
    for (const handle of descriptors.splice(descriptor, 1)) plan.add('close', { handle })
  },
  describe: ({ descriptor }) => `close descriptor ${descriptor}`,
})
