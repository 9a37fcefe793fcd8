// The host looks at pages through one of its mappings: contents, or SIGBUS where they are private.
import { nat, tuple } from 'fast-check'
import { z } from 'zod'
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
}

export const hostLookStep: StepKind = stepKind<Args>({
  name: 'host-look',
  weight: 2,
  fields: z.strictObject({ ...rangeFields, mapping: natural.default(0) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape), nat(3)).map(([draft, index]) => (world) => {
      const mapping = choose(index, world.mappings)
      const place = draft(world)
      return { ...cutToMemory(place, world.mappings[mapping]?.range ?? rangeOf(place), world), mapping }
    }),
  check: (args, { mappings, layout }) => {
    const mapped = mappings[args.mapping]
    return mapped !== undefined && isInside(rangeOf(args), mapped.range) && layout.isNear(rangeOf(args))
  },
  act: ({ mapping, ...args }, { mappings, model, layout }, plan) => {
    const mapped = mappings[mapping]
    if (mapped === undefined) return
    const seen = rangeOf(args)
    model.hostLooked(seen)
    const offset = layout.offsetOf(seen.first) - layout.offsetOf(mapped.range.first)
    const request = { mapping: mapped.made, offset, size: bytesAt(seen.count) }
    plan.add('hostScan', request, { runs: { first: seen.first, wanted: model.hostView(seen) } })
  },
  describe: (args) => `look at ${describePages(args)} as host`,
})
