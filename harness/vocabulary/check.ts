// The checks of scenarios: of plain values, and of the outcomes of operations. A check that fails carries both values.
import { inspect, isDeepStrictEqual } from 'node:util'
import { isErrno, type ErrnoName } from '../agent/errno.ts'
import type { Outcome } from '../agent/wire/call.ts'
import { CheckFailure } from '../base/check-failure.ts'

function show(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Infinity, maxArrayLength: 20 })
}

/** The checks that a scenario can make; each throws a CheckFailure if it does not hold. */
export interface Check {
  /** Compares plain values deeply. `what` names the compared thing. */
  equal<T>(found: T, wanted: T, what: string): void
  /** Checks a condition. `what` states it: "a second conversion is a no-op". */
  that(condition: boolean, what: string): void
  /** Checks that a number lies within a band, both ends included. */
  between(found: number, low: number, high: number, what: string): void
  /** Fails with this message. */
  fail(message: string, details?: { readonly wanted?: unknown; readonly found?: unknown }): never
}

export const check: Check = {
  equal(found, wanted, what) {
    if (!isDeepStrictEqual(found, wanted)) {
      throw new CheckFailure(`${what}: wanted ${show(wanted)}, found ${show(found)}`, { wanted, found })
    }
  },
  that(condition, what) {
    if (!condition) throw new CheckFailure(`it does not hold that ${what}`, { wanted: true, found: false })
  },
  between(found, low, high, what) {
    if (!(found >= low && found <= high)) {
      throw new CheckFailure(`${what}: wanted ${low} to ${high}, found ${found}`, {
        wanted: [low, high],
        found,
      })
    }
  },
  fail(message, details) {
    throw new CheckFailure(message, details)
  },
}

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
 * Checks that an operation ended with this errno, or with one of these.
 * @throws {CheckFailure} with `what`, which names the operation
 * @throws {RangeError} when no error number has a wanted name
 */
export function expectErrno(reply: Outcome, wanted: ErrnoName | readonly ErrnoName[], what: string): void {
  const ends = [wanted].flat()
  const unknown = ends.find((end) => !isErrno(end))
  if (unknown !== undefined) throw new RangeError(`no errno has the name '${unknown}'`)
  if (ends.includes(reply.errno)) return
  const shown = ends.join(' or ')
  throw new CheckFailure(`${what}: wanted ${shown}, found ${reply.errno}`, { wanted: shown, found: reply.errno })
}
