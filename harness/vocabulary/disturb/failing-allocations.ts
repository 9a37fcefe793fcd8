// Failing allocations: a system call under test runs out of memory at each of its allocations, one after the other, or from a position on.
import type { Agent, Allocation } from '../../agent/client.ts'
import type { Outcome } from '../../agent/wire/call.ts'
import { CheckFailure } from '../../base/check-failure.ts'
import { GuestError } from '../../base/errors.ts'

export interface FailingAllocations<Kind extends Outcome = Outcome> {
  /** The kind that fails: objects of slabs, nodes of trees, or whole pages, such as struct pages and the pages of a file. */
  readonly of: Allocation
  /** What these allocations are for, for messages: "struct pages of two huge pages". */
  readonly what: string
  /**
   * How many of them must make the operation fail with ENOMEM. Another number is a failed check: the scenario would show
   * nothing about these allocations.
   */
  readonly refusals: Refusals
  /** One system call under test. */
  readonly operation: () => Promise<Kind>
  /**
   * Receives the outcome of each operation with a failed allocation, and the position of this allocation, from 1 on. If the
   * operation succeeded all the same, it must undo it, so that the next one has something to do.
   */
  readonly after: (outcome: Kind, nth: number) => Promise<void>
}

/** A number, or `atLeast` a number, where pages of slabs may be among the allocations: a kernel with debug checks keeps no empty ones. */
type Refusals = number | 'some' | { readonly atLeast: number }

const mostAllocations = 300

/** How often a position is tried again whose failure the kernel has coped with. */
function mostRepeats({ refusals }: Pick<FailingAllocations, 'refusals'>): number {
  // Where pages of slabs are among the allocations, several of them may be missing one after the other.
  return typeof refusals === 'object' ? 4 : 1
}

/**
 * Repeats an operation while its first, second, … allocation of a kind fails, until it has no further one. A failure that the
 * kernel copes with is repeated.
 * @throws {CheckFailure} if other allocations failed than those that the scenario names, by the number of ENOMEM
 * @throws {GuestError} INJECTION_BROKEN if failures cannot be injected (capability `fault-injection`)
 */
export async function failEachAllocation<Kind extends Outcome>(
  agent: Agent,
  options: FailingAllocations<Kind>,
): Promise<void> {
  const { of, operation, after } = options
  let refusals = 0
  let coped = 0
  for (let nth = 1; nth <= mostAllocations;) {
    const { errno } = await agent.failNth(of, nth)
    if (errno !== 'OK') throw broken(`arming the injection ended with ${errno}`)
    const outcome = await operation()
    const { armed, fired } = await agent.failNthResult()
    if (!armed) throw broken('the operation has no system call under test')
    if (!fired) return expectRefusals(refusals, nth - 1, options)
    await after(outcome, nth)
    if (outcome.errno === 'ENOMEM') refusals += 1
    // The page of a slab may be missing once, and not the next time: then another allocation is the n-th one.
    else if (coped < mostRepeats(options)) {
      coped += 1
      continue
    }
    coped = 0
    nth += 1
  }
  throw broken(`the operation has more than ${mostAllocations} allocations`)
}

export interface LastingFailures<Kind extends Outcome = Outcome> extends Omit<FailingAllocations<Kind>, 'refusals'> {
  /** Whether some of these failures must make the operation fail with ENOMEM, or none may; an allocation may fail at several positions. */
  readonly refusals: 'some' | 0
  /** So many allocations fail, one after the other, and those behind them do not. Default: all. */
  readonly inARow?: number
}

/** More than any operation has. */
const all = 1_000_000
/**
 * What may be allocated before the first failure, by its position: bytes of objects, or a number of pages. An allocation that
 * is not smaller than what is left fails.
 */
const spaceBefore = {
  objects: (position: number) => (position - 1) * 64,
  pages: (position: number) => position,
  nodes: (position: number) => (position - 1) * 256,
} as const
const mostSteps = 300

/**
 * Repeats an operation while allocations fail from a position on, and the next time from a later one, until there is none. The
 * positions are 64 bytes of objects, 256 bytes of nodes, or one page apart: two may begin with the same allocation, or skip
 * small ones. `after` receives the number of the position, from 1 on.
 * @throws {CheckFailure} if other allocations failed than those that the scenario names, by the number of ENOMEM
 * @throws {GuestError} INJECTION_BROKEN if failures cannot be injected (capability `fault-injection`)
 */
export async function failAllocationsFrom<Kind extends Outcome>(
  agent: Agent,
  options: LastingFailures<Kind>,
): Promise<void> {
  const { of, inARow = all, operation, after } = options
  let refusals = 0
  for (let position = 1; position <= mostSteps; position += 1) {
    const { errno } = await agent.failLasting({ of, space: spaceBefore[of](position), times: inARow })
    if (errno !== 'OK') throw broken(`arming the injection ended with ${errno}`)
    const outcome = await operation()
    const { armed, failures } = await agent.failLastingResult()
    if (!armed) throw broken('the operation has no system call under test')
    if (failures === 0) return expectRefusals(refusals, position - 1, options)
    if (outcome.errno === 'ENOMEM') refusals += 1
    await after(outcome, position)
  }
  throw broken(`the operation has more than ${mostSteps} allocations`)
}

type Named = Pick<FailingAllocations, 'of' | 'what' | 'refusals'>

function expectRefusals(found: number, failed: number, { of, what, refusals }: Named): void {
  const { atLeast = 1 } = typeof refusals === 'object' ? refusals : {}
  const exact = typeof refusals === 'number'
  if (exact ? found === refusals : found >= atLeast) return
  const wanted = exact ? refusals : `at least ${atLeast}`
  throw new CheckFailure(
    `failed allocations of ${what} that ended in ENOMEM: wanted ${wanted}, found ${found} (${failed} allocations of ${of} failed)`,
    { wanted, found },
  )
}

function broken(why: string): GuestError {
  return new GuestError('INJECTION_BROKEN', `the injection of failed allocations does not work: ${why}`, {
    hint: 'add fault-injection to `needs` of the scenario',
  })
}
