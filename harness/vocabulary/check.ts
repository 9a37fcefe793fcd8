// What a scenario says about what it found: a check that fails carries what was wanted and what was found.
import { inspect, isDeepStrictEqual } from 'node:util'

/** The kernel did not do what a rule says. Not an error of the harness: its verdict is FAIL. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
  /** Whether there is a wanted and a found value. */
  readonly compared: boolean
  readonly wanted: unknown
  readonly found: unknown

  constructor(message: string, details: { readonly wanted?: unknown; readonly found?: unknown } = {}) {
    super(message)
    this.compared = 'wanted' in details || 'found' in details
    this.wanted = details.wanted
    this.found = details.found
  }
}

function show(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Infinity, maxArrayLength: 20 })
}

/** The checks that a scenario can make; each throws a CheckFailure when it does not hold. */
export interface Check {
  /** Deep equality of plain values. `what` names the thing that was looked at. */
  equal<T>(found: T, wanted: T, what: string): void
  /** `condition` must hold; `what` states it: "a second conversion is a no-op". */
  that(condition: boolean, what: string): void
  /** A number must lie within a band, both ends included. */
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
