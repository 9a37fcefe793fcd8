// Whether the test after a test may share its instance.
import type { Attempt } from '../judge/attempt.ts'
import type { TestFinished } from '../report/events.ts'

/**
 * Tells whether a test leaves an instance that may mislead the next one: it did not do what it should, so that a reservation
 * or a page may be where none should be. Trouble before the test is that of each instance.
 */
export function spendsInstance(
  { verdict, beforehand }: Pick<TestFinished, 'verdict' | 'beforehand'>,
  attempt: Pick<Attempt, 'thrown'> | undefined,
): boolean {
  if (attempt === undefined) return false
  return attempt.thrown !== undefined || (beforehand !== true && (verdict === 'FAIL' || verdict === 'ERROR'))
}
