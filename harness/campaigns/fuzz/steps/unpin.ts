// Lets pinned pages go.
import { nat } from 'fast-check'
import { z } from 'zod'
import { choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly pin: number
}

export const unpinStep: StepKind = stepKind<Args>({
  name: 'unpin',
  weight: 2,
  fields: z.strictObject({ pin: natural.default(0) }),
  arbitrary: () => nat(3).map((index) => ({ pins }) => ({ pin: choose(index, pins) })),
  check: ({ pin }, { pins }) => pin < pins.length,
  act: ({ pin }, { pins }, plan) => {
    for (const { made } of pins.splice(pin, 1)) plan.add('close', { handle: made })
  },
  describe: ({ pin }) => `let pin ${pin} go`,
})
