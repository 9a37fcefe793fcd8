// Asks for the allocated blocks of the file, and for what it has of the pool of its huge pages.
import { constant } from 'fast-check'
import { z } from 'zod'
import { stepKind, type StepKind } from './step-kind.ts'

export const blocksStep: StepKind = stepKind<object>({
  name: 'blocks',
  weight: 1,
  fields: z.strictObject({}),
  arbitrary: () => constant(() => ({})),
  check: (_args, { descriptors }) => descriptors.length > 0,
  act: (_args, { descriptors, blocks, pool, share }, plan) => {
    const [file] = descriptors
    if (file !== undefined) plan.add('fstat', { file }, { fields: { blocks } })
    pool?.expect(plan, share)
  },
  describe: () => 'count the blocks',
})
