// The durations of the tests that passed in a run that is over.
import { testOf } from './failure.ts'
import { readRun } from './stored-run.ts'

/**
 * Returns milliseconds by the names of tests. `tell` takes sentences for the user: what is odd about the results.
 * @throws the errors of `readRun`
 */
export async function passedIn(place: string, tell: (note: string) => void): Promise<ReadonlyMap<string, number>> {
  const { lines, notes } = await readRun(place)
  for (const note of notes) tell(note)
  const durations = new Map<string, number>()
  for (const line of lines) {
    if ('event' in line && line.event.type === 'test-finished' && line.event.verdict === 'PASS') {
      durations.set(testOf(line.event), line.event.milliseconds)
    }
  }
  return durations
}
