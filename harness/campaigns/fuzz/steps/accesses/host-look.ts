// The host looks at pages through one of its mappings: contents, or SIGBUS where they are private.
import { z } from 'zod'
import {
  isInMapping,
  lookThrough,
  mappedFields,
  mappedPlace,
  offsetIn,
  type MappedArgs,
} from '../../places/mapped-place.ts'
import { bytesAt, describePages, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

export const hostLookStep: StepKind = stepKind<MappedArgs>({
  name: 'host-look',
  weight: 2,
  fields: z.strictObject(mappedFields),
  arbitrary: mappedPlace,
  check: isInMapping,
  act: ({ mapping, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const seen = rangeOf(args)
    const wanted = lookThrough(mapped, seen, world)
    const request = {
      mapping: mapped.made,
      offset: offsetIn(seen.first, mapped.range, world),
      size: bytesAt(seen.count),
    }
    plan.add('hostScan', request, { runs: { first: seen.first, wanted } }, { child: mapped.child })
  },
  describe: (args) => `look at ${describePages(args)} as host`,
})
