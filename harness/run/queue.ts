// The scenarios that nobody runs yet, in the order in which they are to be begun.
import type { BootProfile } from '../vm/profile.ts'
import type { BootPlan } from './boot-plan.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'

/** A scenario of a plan. */
export interface Entry {
  /** Its position in the plan. */
  readonly place: number
  readonly scenario: NamedScenario
  readonly profile: BootProfile
}

/** The entries of a plan that have a way to boot, in its order. */
export function entriesOf({ groups }: BootPlan): Entry[] {
  return groups
    .flatMap(({ profile, scenarios }) => scenarios.map((scenario) => ({ scenario, profile })))
    .map((entry, place) => ({ ...entry, place }))
}

/**
 * The longest first, so that none of them is begun when all the others are over. Nobody knows how long a new one takes:
 * it may be the longest of all, so it comes before those that are known, by its deadline.
 */
export function longestFirst(
  entries: readonly Entry[],
  durations: ReadonlyMap<string, number>,
): readonly Entry[] {
  const unknown = entries.filter(({ scenario }) => !durations.has(scenario.name))
  const known = entries.filter(({ scenario }) => durations.has(scenario.name))
  const last = ({ scenario }: Entry): number => durations.get(scenario.name) ?? 0
  return [
    ...unknown.toSorted((a, b) => b.scenario.timeout - a.scenario.timeout),
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

  /** The entry that `take` would answer with. */
  peek(isPreferred: (entry: Entry) => boolean): Entry | undefined {
    return (this.#isStrict ? undefined : this.#waiting.find(isPreferred)) ?? this.#waiting[0]
  }

  /** Takes the first entry that is preferred, or the first one. */
  take(isPreferred: (entry: Entry) => boolean): Entry | undefined {
    const entry = this.peek(isPreferred)
    if (entry !== undefined) this.#waiting.splice(this.#waiting.indexOf(entry), 1)
    return entry
  }

  /** Whether there is such an entry. */
  has(isWanted: (entry: Entry) => boolean): boolean {
    return this.#waiting.some(isWanted)
  }
}
