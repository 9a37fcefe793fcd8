// Operations that the rules say must work: if one does not, the check fails with the operation and its errno.
import type { Outcome } from '../agent/wire/call.ts'
import type { ErrnoName } from '../agent/errno.ts'
import { CheckFailure } from './check.ts'

type Reply = Outcome & { readonly outcome?: string }

/**
 * Passes a reply on if the operation worked, and if no access in it ended in a signal or a fault.
 * @throws {CheckFailure} with what was being done
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
 * The operation must have ended with this errno.
 * @throws {CheckFailure} with what was being done
 */
export function expectErrno(reply: Outcome, wanted: ErrnoName, what: string): void {
  if (reply.errno !== wanted) {
    throw new CheckFailure(`${what}: wanted ${wanted}, found ${reply.errno}`, { wanted, found: reply.errno })
  }
}
