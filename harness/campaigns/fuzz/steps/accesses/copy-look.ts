// The kernel copies pages from a mapping for the host: their contents, or an error where they are private.
import { z } from 'zod'
import { words } from '../../../../agent/vocabulary.ts'
import { copiedPlace, isCopiable, mappedFields, offsetIn, type CopiedArgs } from '../../places/mapped-place.ts'
import { bytesAt, describePages, rangeOf } from '../../places/page-places.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

export const copyLookStep: StepKind = stepKind<CopiedArgs>({
  name: 'copy-look',
  weight: 1,
  fields: z.strictObject({ ...mappedFields, way: z.enum(words.way) }),
  arbitrary: copiedPlace,
  check: isCopiable,
  act: ({ mapping, way, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const seen = rangeOf(args)
    world.model.hostLooked(seen)
    const offset = offsetIn(seen.first, mapped.range, world)
    const view = world.model.hostView(seen)
    const wanted = view.map((run) => ({ ...run, value: run.value === 'sigbus' ? 'fault' : run.value }))
    plan.add(
      'copyScan',
      { mapping: mapped.made, offset, size: bytesAt(seen.count), way },
      { runs: { first: seen.first, wanted } },
      { child: mapped.child },
    )
  },
  describe: ({ way, ...args }) => `copy ${describePages(args)} by ${way}`,
})
