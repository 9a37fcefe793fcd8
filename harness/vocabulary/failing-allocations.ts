// Failing allocations: a system call under test runs out of memory at each of its allocations, one after the other.
import type { Agent, Allocation } from '../agent/client.ts'
import type { Outcome } from '../agent/wire/call.ts'
import { CheckFailure } from '../base/check-failure.ts'
import { GuestError } from '../base/errors.ts'

export interface FailingAllocations {
  /** The kind that fails: objects of slabs, or whole pages, such as struct pages and the pages of a file. */
  readonly of: Allocation
  /** What these allocations are for, for messages: "struct pages of two huge pages". */
  readonly what: string
  /**
   * How many of them must make the operation fail with ENOMEM. Another number is a failed check: the scenario would show
   * nothing about these allocations.
   */
  readonly refusals: number | 'some'
  /** One system call under test. */
  readonly operation: () => Promise<Outcome>
  /** Receives the outcome of each operation with a failed allocation, and the position of this allocation, from 1 on. */
  readonly after: (outcome: Outcome, nth: number) => Promise<void>
}

const mostAllocations = 300

/**
 * Repeats an operation while its first, second, … allocation of a kind fails, until it has no further one.
 * @throws {CheckFailure} if other allocations failed than those that the scenario names, by the number of ENOMEM
 * @throws {GuestError} INJECTION_BROKEN if failures cannot be injected (capability `fault-injection`)
 */
export async function failEachAllocation(agent: Agent, options: FailingAllocations): Promise<void> {
  const { of, operation, after } = options
  let refusals = 0
  for (let nth = 1; nth <= mostAllocations; nth += 1) {
    const { errno } = await agent.failNth(of, nth)
    if (errno !== 'OK') throw broken(`arming the injection ended with ${errno}`)
    const outcome = await operation()
    const { armed, fired } = await agent.failNthResult()
    if (!armed) throw broken('the operation has no system call under test')
    if (!fired) return expectRefusals(refusals, nth - 1, options)
    if (outcome.errno === 'ENOMEM') refusals += 1
    await after(outcome, nth)
  }
  throw broken(`the operation has more than ${mostAllocations} allocations`)
}

function expectRefusals(found: number, failed: number, { of, what, refusals }: FailingAllocations): void {
  if (refusals === 'some' ? found > 0 : found === refusals) return
  const wanted = refusals === 'some' ? 'at least 1' : refusals
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
