// Checks the outcome of an operation: a failure names the operation and its errno.
import type { Outcome } from '../agent/wire/call.ts'
import type { ErrnoName } from '../agent/errno.ts'
import { CheckFailure } from '../base/check-failure.ts'

type Reply = Outcome & { readonly outcome?: string }

/**
 * Returns the reply of an operation that must have worked, without a signal or a fault in any access of it.
 * @throws {CheckFailure} with `what`, which names the operation: "converting a pinned page"
 */
export function expectDone<Kind extends Reply>(reply: Kind, what: string): Kind {
  expectErrno(reply, 'OK', what)
  const outcome = reply.outcome ?? 'done'
  if (outcome !== 'done') {
    throw new CheckFailure(`${what}: wanted no fault, found ${outcome}; ${reply.line}`, {
      wanted: 'done',
      found: outcome,
    })
  }
  return reply
}

/**
 * Checks that an operation ended with this errno.
 * @throws {CheckFailure} with `what`, which names the operation
 */
export function expectErrno(reply: Outcome, wanted: ErrnoName, what: string): void {
  if (reply.errno !== wanted) {
    throw new CheckFailure(`${what}: wanted ${wanted}, found ${reply.errno}`, { wanted, found: reply.errno })
  }
}
