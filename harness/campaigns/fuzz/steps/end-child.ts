// Kills a child: its mappings go, and so do the references that nothing else holds.
import { nat } from 'fast-check'
import { z } from 'zod'
import type { Made } from '../../../agent/wire/codec.ts'
import { choose, natural } from '../places/page-places.ts'
import { endChild } from '../program/end-of-child.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly child: number
}

export const endChildStep: StepKind = stepKind<Args>({
  name: 'end-child',
  weight: 1,
  fields: z.strictObject({ child: natural.default(0) }),
  arbitrary: () => nat(3).map((index) => ({ children }) => ({ child: choose(index, children) })),
  check: ({ child }, { children }) => child < children.length,
  act: (args, { children, mappings, pins }, plan) => {
    for (const child of children.splice(args.child, 1)) {
      endChild(child, plan)
      removeOf(child, mappings)
      removeOf(child, pins)
    }
  },
  describe: ({ child }) => `end child ${child}`,
})

function removeOf(child: Made, things: { readonly child?: Made | undefined }[]): void {
  const others = things.filter((thing) => thing.child !== child)
  things.splice(0, things.length, ...others)
}
