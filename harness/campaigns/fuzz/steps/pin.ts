// Something takes references to shared pages: no conversion to private may succeed before it lets them go.
import { constantFrom, nat, tuple } from 'fast-check'
import { z } from 'zod'
import { words } from '../../../agent/vocabulary.ts'
import { endOf } from '../../../model/ranges.ts'
import {
  bytesAt,
  choose,
  cutToMemory,
  describePages,
  isInside,
  natural,
  rangeIn,
  rangeFields,
  rangeOf,
  type RangeArgs,
} from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args extends RangeArgs {
  readonly mapping: number
  readonly method: (typeof words.pin)[number]
}

/** Its debugfs file holds one pin at a time, and refuses another one before it looks at the range. */
const single = 'gup-test'
/** A pipe and a socket hold so many pages in any case. */
const mostPages = 4
const mostPins = 4

export const pinStep: StepKind = stepKind<Args>({
  name: 'pin',
  weight: 2,
  fields: z.strictObject({ ...rangeFields, mapping: natural.default(0), method: z.enum(words.pin) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape, mostPages), nat(3), constantFrom(...words.pin)).map(([draft, index, method]) => (world) => {
      const mapping = choose(index, world.mappings)
      const place = draft(world)
      return { ...cutToMemory(place, world.mappings[mapping]?.range ?? rangeOf(place), world), mapping, method }
    }),
  // Of a mixed range, the rules do not say which pages are allocated before it is refused.
  check: (args, world) => {
    const mapped = world.mappings[args.mapping]
    if (mapped === undefined || !isInside(rangeOf(args), mapped.range) || args.count > mostPages) return false
    if (!world.layout.isNear(rangeOf(args))) return false
    if (args.method === single && world.pins.some(({ method }) => method === single)) return false
    if (world.isAll('private', rangeOf(args))) return true
    return world.isAll('shared', rangeOf(args)) && world.pins.length < mostPins
  },
  act: ({ mapping, method, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const held = rangeOf(args)
    const offset = world.layout.offsetOf(held.first) - world.layout.offsetOf(mapped.range.first)
    const request = { mapping: mapped.made, offset, size: bytesAt(held.count), method }
    if (world.isAll('private', held)) {
      plan.add('pin', request, { errno: ['EFAULT'] })
      return
    }
    world.model.hostLooked(held)
    world.visit(held)
    const indices = Array.from({ length: held.count }, (_, index) => held.first + index)
    world.pins.push({ made: plan.add('pin', request), held: indices.filter((index) => index < endOf(held)), method })
  },
  describe: ({ method, ...args }) => `pin ${describePages(args)} by ${method}`,
})
