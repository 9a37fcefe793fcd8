// A child is forked: it has a copy of each mapping, and of each reference that a descriptor holds.
import { constant } from 'fast-check'
import { z } from 'zod'
import { stepKind, type StepKind } from './step-kind.ts'

/** A fork is the slowest step of all, and two children already differ in what they have inherited. */
const mostChildren = 2

export const forkStep: StepKind = stepKind<object>({
  name: 'fork',
  weight: 1,
  fields: z.strictObject({}),
  arbitrary: () => constant(() => ({})),
  check: (_, { children }) => children.length < mostChildren,
  act: (_, { children, mappings, ownMappings, pins }, plan) => {
    const child = plan.add('fork', {})
    children.push(child)
    mappings.push(...ownMappings.map((mapping) => ({ ...mapping, child })))
    pins.push(...pins.filter((pin) => pin.child === undefined).map((pin) => ({ ...pin, child })))
  },
  describe: () => 'fork a child',
})
