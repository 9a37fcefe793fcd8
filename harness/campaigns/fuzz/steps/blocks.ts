// Asks for the allocated blocks of the file.
import { constant } from 'fast-check'
import { z } from 'zod'
import { stepKind, type StepKind } from './step-kind.ts'

export const blocksStep: StepKind = stepKind<object>({
  name: 'blocks',
  weight: 1,
  fields: z.strictObject({}),
  arbitrary: () => constant(() => ({})),
  check: (_args, { descriptors }) => descriptors.length > 0,
  act: (_args, { descriptors, blocks }, plan) => {
    const [file] = descriptors
    if (file !== undefined) plan.add('fstat', { file }, { fields: { blocks } })
  },
  describe: () => 'count the blocks',
})
