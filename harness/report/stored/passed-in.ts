// The durations of the tests that passed in a run that is over.
import { readRun } from './stored-run.ts'

/**
 * Returns milliseconds by the names of tests.
 * @throws the errors of `readRun`
 */
export async function passedIn(place: string): Promise<ReadonlyMap<string, number>> {
  const { lines } = await readRun(place)
  const durations = new Map<string, number>()
  for (const line of lines) {
    if ('event' in line && line.event.type === 'test-finished' && line.event.verdict === 'PASS') {
      durations.set(line.event.name, line.event.milliseconds)
    }
  }
  return durations
}
