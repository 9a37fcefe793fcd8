// Something takes references to shared pages: no conversion to private may succeed before it lets them go.
import { constantFrom, tuple } from 'fast-check'
import { z } from 'zod'
import { words } from '../../../agent/vocabulary.ts'
import { isUsable, mappedFields, mappedPlace, offsetIn, type MappedArgs } from '../places/mapped-place.ts'
import { bytesAt, describePages, rangeOf } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args extends MappedArgs {
  readonly method: (typeof words.pin)[number]
}

/** Its debugfs file holds one pin at a time, and refuses another one before it looks at the range. */
const single = 'gup-test'
/** A pipe and a socket hold so many pages in any case. */
const mostPages = 4
const mostPins = 4

export const pinStep: StepKind = stepKind<Args>({
  name: 'pin',
  weight: 4,
  needs: { capability: 'gup-test', of: ({ method }) => method === single },
  fields: z.strictObject({ ...mappedFields, method: z.enum(words.pin) }),
  arbitrary: (shape) =>
    tuple(mappedPlace(shape, mostPages), constantFrom(...words.pin)).map(([draft, method]) => (world) => ({
      ...draft(world),
      method,
    })),
  // Of a mixed range, the rules do not say which pages are allocated before it is refused.
  check: (args, world) => {
    if (!isUsable(args, world) || args.count > mostPages) return false
    if (args.method === single && world.pins.some(({ method }) => method === single)) return false
    if (world.isAll('private', rangeOf(args))) return true
    return world.isAll('shared', rangeOf(args)) && world.pins.length < mostPins
  },
  act: ({ mapping, method, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const { child } = mapped
    const held = rangeOf(args)
    const offset = offsetIn(held.first, mapped.range, world)
    const request = { mapping: mapped.made, offset, size: bytesAt(held.count), method }
    if (world.isAll('private', held)) {
      plan.add('pin', request, { errno: ['EFAULT'] }, { child })
      return
    }
    world.model.hostLooked(held)
    world.visit(held)
    const indices = Array.from({ length: held.count }, (_, index) => held.first + index)
    world.pins.push({ made: plan.add('pin', request, {}, { child }), held: indices, method, child })
  },
  describe: ({ method, ...args }) => `pin ${describePages(args)} by ${method}`,
})
