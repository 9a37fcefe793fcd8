// What the C program checks at its end, and why a failure has no such check.
import type { PageLook } from '../../agent/access.ts'

interface Run {
  readonly first: number
  readonly count: number
  readonly value: PageLook
}

/** What threads of a race count, by the names that both sides have. */
export const raceCounters = ['mismatches', 'unexpected', 'failed', 'again', 'faults'] as const
type RaceCounter = (typeof raceCounters)[number]

/** The check of the program. It comes behind the operation `after`; later operations are left out. */
export type Expectation = {
  /** The text of the test point. */
  readonly what: string
  /** The place of an operation in the program. */
  readonly after: number
} & (
  | /** The end of that operation is one of these constants of C. */
    { readonly kind: 'end'; readonly wanted: readonly string[] }
    /** A word of its answer. */
  | { readonly kind: 'word'; readonly field: string; readonly wanted: bigint }
  /** A counter of one of the threads that it stopped. */
  | { readonly kind: 'race'; readonly actor: number; readonly counter: RaceCounter; readonly wanted: bigint }
  /** The pages that it looked at, counted from the start of the look. */
  | { readonly kind: 'pages'; readonly pages: number; readonly wanted: readonly Run[] }
  /** The change of a number in a file of the kernel since the start of the program. */
  | { readonly kind: 'change'; readonly path: string; readonly wanted: bigint }
  /** The change of a statistic between two operations that read it. */
  | { readonly kind: 'statistic'; readonly from: number; readonly falls: boolean; readonly wanted: bigint }
  /** The kernel printed no splat. */
  | { readonly kind: 'log' }
  /** The kernel is alive, and the operations ended in time. */
  | { readonly kind: 'alive' }
)
