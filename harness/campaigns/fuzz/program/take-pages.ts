// Operations that take pages from the guest: a conversion or a hole takes exactly its own.
import type { CallRequest } from '../../../agent/wire/codec.ts'
import type { OperationName } from '../../../agent/wire/operations.ts'
import type { PageRange } from '../../../model/ranges.ts'
import type { Expected } from './model-difference.ts'
import type { Plan } from './plan.ts'
import { firstWord } from './statistics.ts'
import type { World } from './world.ts'

const statistic = Buffer.from('pages_4k')

/**
 * Adds an operation that takes pages from the guest: the pages that it maps must become fewer by exactly those that the
 * ranges have. Files of huge pages are left out: their mappings of 4K are not known one by one.
 */
export function addTaking<Name extends OperationName>(
  name: Name,
  request: CallRequest<Name>,
  { taken, expected }: { readonly taken: readonly PageRange[]; readonly expected: Expected<Name> },
  { world, plan }: { readonly world: World; readonly plan: Plan },
): void {
  const wanted = world.hugePages === undefined ? lostBy(taken, world) : undefined
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
  plan.add('kvmStats', { handle }, { tail: { field: 'pages_4k before', wanted: true, read: keep } }, statistic)
  plan.add(name, request, expected)
  const field = 'pages that the guest lost'
  plan.add('kvmStats', { handle }, { tail: { field, wanted, read: (tail) => before - firstWord(tail) } }, statistic)
}

/** Takes the ranges from all slots, and returns how many pages the guest loses. */
function lostBy(ranges: readonly PageRange[], { slots }: World): number | undefined {
  let lost: number | undefined = 0
  for (const { guest } of slots) {
    for (const range of ranges) {
      const count = guest.countIn(range)
      lost = count === undefined || lost === undefined ? undefined : lost + count
      guest.lose(range)
    }
  }
  return lost
}
