// The tests that no worker has taken yet, in the order in which they begin.
import type { GmemtestError } from '../base/errors.ts'
import { plainProfile, type BootProfile } from '../vm/profile.ts'
import type { BootPlan } from './boot-plan.ts'
import type { Test } from './test.ts'

/** A test of a plan. */
export interface Entry {
  /** Its position in the plan. */
  readonly place: number
  readonly test: Test
  readonly profile: BootProfile
  /** The error for which the test cannot run at all. */
  readonly refusal?: GmemtestError
}

/** The entries of a plan, numbered through. */
export interface Entries {
  readonly planned: readonly Entry[]
  /** Tests that this computer cannot boot. They come last: by then, the capabilities of the kernel are known. */
  readonly refused: readonly Entry[]
}

/** Returns the entries of a plan, in its order. */
export function entriesOf({ groups, refused }: BootPlan): Entries {
  const planned = groups
    .flatMap(({ profile, tests }) => tests.map((test) => ({ test, profile })))
    .map((each, place) => ({ place, ...each, ...(each.test.refusal && { refusal: each.test.refusal }) }))
  return {
    planned,
    refused: refused.map(({ test, error }, index) => ({
      place: planned.length + index,
      test,
      profile: plainProfile,
      refusal: test.refusal ?? error,
    })),
  }
}

/**
 * Puts the longest tests first, so that no long test begins when all others have ended. New tests may be the longest of
 * all: they come before the tests with a known duration, sorted by their deadlines.
 */
export function longestFirst(entries: readonly Entry[], durations: ReadonlyMap<string, number>): readonly Entry[] {
  const unknown = entries.filter(({ test }) => !durations.has(test.name))
  const known = entries.filter(({ test }) => durations.has(test.name))
  const last = ({ test }: Entry): number => durations.get(test.name) ?? 0
  return [
    ...unknown.toSorted((a, b) => b.test.seconds - a.test.seconds),
    ...known.toSorted((a, b) => last(b) - last(a)),
  ]
}

/** One queue for all workers. */
export class Queue {
  readonly #waiting: Entry[]
  readonly #isStrict: boolean

  /** Hands out the entries in this order; a worker may prefer some of them unless the order is `strict`. */
  constructor(entries: readonly Entry[], order: { readonly strict: boolean }) {
    this.#waiting = [...entries]
    this.#isStrict = order.strict
  }

  /** Takes the first entry that is preferred, or the first one. */
  take(isPreferred: (entry: Entry) => boolean): Entry | undefined {
    const entry = (this.#isStrict ? undefined : this.find(isPreferred)) ?? this.#waiting[0]
    if (entry !== undefined) this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    return entry
  }

  /** Returns the first entry of that kind, and leaves it in the queue. */
  find(isWanted: (entry: Entry) => boolean): Entry | undefined {
    return this.#waiting.find(isWanted)
  }
}
