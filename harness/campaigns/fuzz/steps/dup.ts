// Duplicates the descriptor of the file: the state belongs to the file.
import { constant } from 'fast-check'
import { z } from 'zod'
import { stepKind, type StepKind } from './step-kind.ts'

const mostDescriptors = 3

export const dupStep: StepKind = stepKind<object>({
  name: 'dup',
  weight: 1,
  fields: z.strictObject({}),
  arbitrary: () => constant(() => ({})),
  check: (_args, { descriptors }) => descriptors.length > 0 && descriptors.length < mostDescriptors,
  act: (_args, { descriptors }, plan) => {
    const [handle] = descriptors
    if (handle !== undefined) descriptors.push(plan.add('dup', { handle }))
  },
  describe: () => 'duplicate the descriptor',
})
