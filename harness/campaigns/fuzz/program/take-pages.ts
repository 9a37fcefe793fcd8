// Operations that take pages from the guest: a conversion or a hole takes exactly its own.
import type { CallRequest } from '../../../agent/wire/codec.ts'
import type { OperationName } from '../../../agent/wire/operations.ts'
import type { PageRange } from '../../../model/ranges.ts'
import type { Expected } from './model-difference.ts'
import type { Plan } from './plan.ts'
import { firstWord } from './statistics.ts'
import type { World } from './world.ts'

const statistic = Buffer.from('pages_4k')

/** The end of an operation, and what the guest loses by it. */
export interface Taking<Name extends OperationName> {
  readonly expected: Expected<Name>
  /** The pages that the guest loses. */
  readonly taken: readonly PageRange[]
  /** The pages that it may lose as well. */
  readonly doubted?: readonly PageRange[]
}

/**
 * Adds an operation that takes pages from the guest: the pages that it maps must become fewer by exactly those that the
 * ranges have. Files of huge pages are left out: their mappings of 4K are not known one by one.
 */
export function addTaking<Name extends OperationName>(
  name: Name,
  request: CallRequest<Name>,
  { taken, doubted = [], expected }: Taking<Name>,
  { world, plan }: { readonly world: World; readonly plan: Plan },
): void {
  const wanted = world.hugePages === undefined ? lostBy(taken, doubted, world) : undefined
  if (wanted === undefined) {
    plan.add(name, request, expected)
    return
  }
  let before = 0
  const { vm: handle } = world
  const keep = (tail: Buffer): boolean => {
    before = firstWord(tail)
    return true
  }
  plan.add(
    'kvmStats',
    { handle },
    { tail: { field: 'pages_4k before', wanted: true, read: keep } },
    { tail: statistic },
  )
  plan.add(name, request, expected)
  const field = 'pages that the guest lost'
  plan.add(
    'kvmStats',
    { handle },
    { tail: { field, wanted, read: (tail) => before - firstWord(tail) } },
    { tail: statistic },
  )
}

/** Takes pages from all slots, and returns how many the guest loses; undefined when that is not sure. */
function lostBy(taken: readonly PageRange[], doubted: readonly PageRange[], { slots }: World): number | undefined {
  for (const { guest } of slots) for (const range of doubted) guest.doubt(range)
  const counts = slots.flatMap(({ guest }) => [...taken, ...doubted].map((range) => guest.countIn(range)))
  for (const { guest } of slots) for (const range of taken) guest.lose(range)
  return counts.reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count), 0)
}
