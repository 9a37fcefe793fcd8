// Lets pinned pages go.
import { z } from 'zod'
import { anyObject, choose, natural } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly pin: number
}

export const unpinStep: StepKind = stepKind<Args>({
  name: 'unpin',
  weight: 2,
  fields: z.strictObject({ pin: natural.default(0) }),
  arbitrary: () => anyObject.map((index) => ({ pins }) => ({ pin: choose(index, pins) })),
  check: ({ pin }, { pins }) => pin < pins.length,
  act: ({ pin }, { pins }, plan) => {
    for (const { made: handle, child } of pins.splice(pin, 1)) plan.add('close', { handle }, {}, { child })
  },
  describe: ({ pin }) => `let pin ${pin} go`,
})
