// Converts bytes of the file: whole pages inside it, and ranges that the kernel has to refuse.
import { constant, constantFrom, nat, oneof, tuple } from 'fast-check'
import { z } from 'zod'
import { dialectSpecs } from '../../../uapi/dialect.ts'
import { pageStates, type PageState } from '../../../uapi/constants.ts'
import { pageSize } from '../../../base/units.ts'
import type { ErrnoName } from '../../../agent/errno.ts'
import { pages } from '../../../model/ranges.ts'
import { addTaking, type Taking } from '../program/take-pages.ts'
import type { World } from '../program/world.ts'
import { choose, rangeIn, rangeOf } from '../places/page-places.ts'
import { stepKind, type StepKind } from './step-kind.ts'

interface Args {
  readonly to: PageState
  readonly offset: number
  readonly size: number
  readonly errorOffset: number
  /** The descriptor of the file, from the oldest. */
  readonly descriptor: number
}

const fields = z.strictObject({
  to: z.enum(pageStates),
  offset: z.number().int(),
  size: z.number().int(),
  errorOffset: z.number().int().default(0),
  descriptor: z.number().int().min(0).default(0),
})

/** Changes of a good range that make it a bad one, in bytes. */
const slips = [1, -1, 8, 2048, -4096, 2 ** 31, 2 ** 32, 2 ** 40, -(2 ** 52)] as const

const slip = oneof(
  { arbitrary: constant({}), weight: 12 },
  { arbitrary: constantFrom(...slips).map((by) => ({ offsetBy: by })), weight: 1 },
  { arbitrary: constantFrom(...slips).map((by) => ({ sizeBy: by })), weight: 1 },
  { arbitrary: constantFrom(1, pageSize, 2 ** 32).map((errorOffset) => ({ errorOffset })), weight: 1 },
  { arbitrary: constant({ isEmpty: true }), weight: 1 },
)

interface Slip {
  readonly offsetBy?: number
  readonly sizeBy?: number
  readonly errorOffset?: number
  readonly isEmpty?: boolean
}

function refused(errno: ErrnoName): Taking<'convert'> {
  return { expected: { errno: [errno] }, taken: [] }
}

/** Returns the end of the conversion, and applies it to the model when it succeeds. */
function convert({ to, offset, size, errorOffset }: Args, world: World): Taking<'convert'> {
  const { expects } = world.uapi
  if (errorOffset !== 0 && expects.nonzeroErrorOffset !== 'OK') return refused(expects.nonzeroErrorOffset)
  const range = world.layout.pagesIn({ offset, size })
  if (size === 0) return refused(expects.emptyRange)
  if (range === undefined) return refused('EINVAL')
  const [held] = to === 'private' ? world.heldIn(range) : []
  if (held !== undefined) {
    const answer = { errorOffset: world.layout.offsetOf(held) }
    // Some series unmap the range before they look for holders.
    return { expected: { errno: ['EAGAIN'], fields: answer }, taken: [], doubted: [range] }
  }
  const runs = world.model.stateRuns(range)
  const taken = runs.filter(({ value }) => value !== to).map(({ first, count }) => pages(first, count))
  const isMixed = taken.length > 0 && !expects.keepsMappingsInMixedRange
  const doubted = isMixed ? runs.filter(({ value }) => value === to).map(({ first, count }) => pages(first, count)) : []
  world.model.convert(to, range)
  world.visit(range)
  // The argument is written back only on failure.
  return { expected: { fields: { errorOffset } }, taken, doubted }
}

export const convertStep: StepKind = stepKind<Args>({
  name: 'convert',
  weight: 8,
  fields,
  arbitrary: (shape) =>
    tuple(rangeIn(shape), constantFrom(...pageStates), slip, nat(3)).map(
      ([draft, to, change, descriptor]) =>
        (world) => {
          const bytes = world.layout.bytesOf(rangeOf(draft(world)))
          const { offsetBy = 0, sizeBy = 0, errorOffset = 0, isEmpty = false }: Slip = change
          return {
            to,
            offset: bytes.offset + offsetBy,
            size: isEmpty ? 0 : bytes.size + sizeBy,
            errorOffset,
            descriptor: choose(descriptor, world.descriptors),
          }
        },
    ),
  check: ({ descriptor }, world) => descriptor < world.descriptors.length,
  act: (args, world, plan) => {
    const { to, offset, size, errorOffset } = args
    const target = world.descriptors[args.descriptor]
    if (target === undefined) return
    const { dialect } = world.subject
    const place = dialectSpecs[dialect].conversion({ gmem: target, vm: target, gpa: 0 })
    const request = { target: place.target, dialect, to, offset, size, errorOffset }
    addTaking('convert', request, convert(args, world), { world, plan })
  },
  describe: ({ to, offset, size, errorOffset }) => {
    const given = errorOffset === 0 ? '' : `, error_offset ${hex(errorOffset)}`
    return `convert offset ${hex(offset)}, size ${hex(size)}${given} to ${to}`
  },
})

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}
