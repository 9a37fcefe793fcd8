// The limit of a run: it ends in order, with a verdict for each test.
import { InfraError } from '../base/errors.ts'

export interface TimeLimit {
  /** The time of `performance.now()` at which it is reached. */
  readonly at: number
  /** As the user gave it, for messages: `30m`. */
  readonly text: string
}

/** Returns the error for work that the limit leaves no time for. */
export function limitReached({ text }: TimeLimit): InfraError {
  return new InfraError('TIME_LIMIT', `the time limit of ${text} was reached`, {
    hint: 'give more time with --time-limit, or divide the tests with --shard',
  })
}

/** Tells whether the limit is reached. */
export function isReached({ at }: TimeLimit, now: number = performance.now()): boolean {
  return now >= at
}
