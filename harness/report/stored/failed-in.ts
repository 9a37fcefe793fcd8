// The tests of a run that did not pass, to run them again.
import { UsageError } from '../../base/errors.ts'
import { readRun } from './stored-run.ts'
import { isFailure, testOf } from './failure.ts'

/** A message names so many tests. */
const mostNames = 5

/**
 * Returns those of some tests whose last verdict in some results is FAIL, ERROR or MISS.
 * @throws {UsageError} NOTHING_FAILED when there is none; and the errors of `readRun`
 */
export async function failedIn<Named extends { readonly name: string }>(
  place: string,
  tests: readonly Named[],
): Promise<Named[]> {
  const { lines, file } = await readRun(place)
  const failures = new Map<string, string>()
  for (const line of lines) {
    if (!('event' in line) || line.event.type !== 'test-finished') continue
    const { name, verdict } = line.event
    if (isFailure(line.event) || verdict === 'MISS') failures.set(name, testOf(line.event))
    else failures.delete(name)
  }
  const failed = new Set(failures.values())
  const chosen = tests.filter(({ name }) => failed.has(name))
  if (chosen.length > 0) return chosen
  const others = failed.size === 0 ? '' : `; others did: ${[...failed].slice(0, mostNames).join(', ')}`
  throw new UsageError('NOTHING_FAILED', `none of these tests failed in ${file}${others}`, {
    hint: 'leave --failed out',
  })
}
