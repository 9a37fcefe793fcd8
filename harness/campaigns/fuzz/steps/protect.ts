// Changes what the host may do with a mapping: a forbidden access is SIGSEGV, also where the page is private.
import { constantFrom, tuple } from 'fast-check'
import { z } from 'zod'
import { protections } from '../../../uapi/constants.ts'
import { anyObject, choose, natural } from '../places/page-places.ts'
import { rights } from '../program/world.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly mapping: number
  readonly to: (typeof rights)[number]
}

const { none, read, write } = protections
const bitsOf = { all: read | write, read, none } as const satisfies Record<Args['to'], number>

export const protectStep: StepKind = stepKind<Args>({
  name: 'protect',
  weight: 1,
  fields: z.strictObject({ mapping: natural.default(0), to: z.enum(rights) }),
  arbitrary: () =>
    tuple(anyObject, constantFrom(...rights)).map(([index, to]) => ({ mappings }) => ({
      mapping: choose(index, mappings),
      to,
    })),
  check: ({ mapping }, { mappings }) => mapping < mappings.length,
  act: ({ mapping: index, to }, { mappings, slots, layout, all }, plan) => {
    const mapped = mappings[index]
    if (mapped === undefined) return
    const { made: mapping, child, range } = mapped
    const { size: length } = layout.bytesOf(range)
    plan.add('mprotect', { mapping, offset: 0, length, protection: bitsOf[to] }, {}, { child })
    mappings[index] = { ...mapped, rights: to }
    // KVM hears of it, and may take the pages of the host address from the guest.
    if (child === undefined) for (const slot of slots) if (slot.mapping === mapping) slot.guest.doubt(all)
  },
  describe: ({ mapping, to }) => `allow ${to === 'all' ? 'all accesses' : to} of mapping ${mapping}`,
})
