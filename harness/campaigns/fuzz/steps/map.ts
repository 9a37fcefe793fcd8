// Maps a range of the file once more, in whole pages of its size.
import { nat, tuple } from 'fast-check'
import { z } from 'zod'
import { mapFlags, protections } from '../../../uapi/constants.ts'
import {
  choose,
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
  readonly descriptor: number
}

const mostMappings = 4

export const mapStep: StepKind = stepKind<Args>({
  name: 'map',
  weight: 1,
  fields: z.strictObject({ ...rangeFields, descriptor: natural.default(0) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape), nat(3)).map(([draft, index]) => (world) => {
      const { first, count } = draft(world)
      const unit = world.model.pagesPerUnit
      const start = Math.floor(first / unit) * unit
      const end = Math.ceil((first + count) / unit) * unit
      return { first: start, count: end - start, descriptor: choose(index, world.descriptors) }
    }),
  check: (args, world) => {
    const unit = world.model.pagesPerUnit
    const isWhole = args.first % unit === 0 && args.count % unit === 0 && isInside(rangeOf(args), world.all)
    return isWhole && args.descriptor < world.descriptors.length && world.ownMappings.length < mostMappings
  },
  act: (args, world, plan) => {
    const file = world.descriptors[args.descriptor]
    if (file === undefined) return
    const { offset, size: length } = world.layout.bytesOf(rangeOf(args))
    const request = { file, offset, length }
    const protection = protections.read | protections.write
    const made = plan.add('mmap', { ...request, protection, flags: mapFlags.shared })
    world.mappings.push({ made, range: rangeOf(args) })
  },
  describe: (args) => `map ${describePages(args)}`,
})
