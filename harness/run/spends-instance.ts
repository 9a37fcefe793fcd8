// Whether the test after a test may share its instance.
import type { Attempt } from '../judge/attempt.ts'
import type { TestFinished } from '../report/events.ts'

/**
 * Tells whether a test leaves an instance that may mislead the next one: it did not do what it should, so that a reservation
 * or a page may be where none should be. Trouble before the test is that of each instance, and a skip without trouble of the
 * kernel did nothing.
 */
export function spendsInstance(
  { verdict, beforehand }: Pick<TestFinished, 'verdict' | 'beforehand'>,
  attempt: Pick<Attempt, 'thrown' | 'observation' | 'splats' | 'warnings' | 'leaks'> | undefined,
): boolean {
  if (attempt === undefined) return false
  if (attempt.thrown !== undefined) return true
  const isQuiet = attempt.splats.length + attempt.warnings.length + attempt.leaks.length === 0
  if (beforehand === true || (attempt.observation.skipped !== undefined && isQuiet)) return false
  return verdict === 'FAIL' || verdict === 'ERROR'
}
