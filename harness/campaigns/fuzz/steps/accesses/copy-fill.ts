// The kernel copies a byte into pages of a mapping for the host: up to the first private page, which is an error.
import { tuple } from 'fast-check'
import { z } from 'zod'
import { words } from '../../../../agent/vocabulary.ts'
import { endOf, pages } from '../../../../model/ranges.ts'
import {
  copiedPlace,
  firstPrivate,
  isCopiable,
  mappedFields,
  offsetIn,
  type CopiedArgs,
} from '../../places/mapped-place.ts'
import { bytesAt, describePages, natural, rangeOf } from '../../places/page-places.ts'
import { tags } from './host-fill.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

interface Args extends CopiedArgs {
  readonly tag: number
}

export const copyFillStep: StepKind = stepKind<Args>({
  name: 'copy-fill',
  weight: 1,
  fields: z.strictObject({ ...mappedFields, way: z.enum(words.way), tag: natural.max(255) }),
  arbitrary: (shape) => tuple(copiedPlace(shape), tags).map(([draft, tag]) => (world) => ({ ...draft(world), tag })),
  check: isCopiable,
  act: ({ mapping, way, tag, ...args }, world, plan) => {
    const mapped = world.mappings[mapping]
    if (mapped === undefined) return
    const filled = rangeOf(args)
    const reached = firstPrivate(filled, world)
    const offset = offsetIn(filled.first, mapped.range, world)
    const request = { mapping: mapped.made, offset, size: bytesAt(filled.count), way, value: tag }
    const bytes = bytesAt(reached - filled.first)
    if (reached > filled.first) world.model.fill(pages(filled.first, reached - filled.first), tag)
    world.visit(filled)
    const refused = way === 'proc-mem' ? 'EIO' : 'EFAULT'
    const errno = [reached === endOf(filled) ? 'OK' : refused] as const
    plan.add('copyFill', request, { errno, fields: { bytes } }, { child: mapped.child })
  },
  describe: ({ way, tag, ...args }) => `copy ${tag} to ${describePages(args)} by ${way}`,
})
