// Reads the results that a run is compared with, and refuses those that say nothing about it.
import { UsageError } from '../../base/errors.ts'
import { traitsOfRun, type FailureTraits } from './failure.ts'
import { readRun } from './stored-run.ts'

/** The run that is compared; a campaign of mutants has no suite. */
interface Compared {
  readonly kernel: string
  readonly suite?: string
}

/** The results of an earlier run as far as they are compared, and the kernel that it ran on. */
export interface EarlierRun {
  readonly traits: ReadonlyMap<string, FailureTraits>
  readonly kernel: string
}

/**
 * Reads the baseline of a run. `tell` takes sentences for the user: what is odd about the baseline.
 * @throws {UsageError} BASELINE_REFUSED unless both are runs of the same suite
 * @throws the errors of `readRun`
 */
export async function readBaseline(place: string, of: Compared, tell: (note: string) => void): Promise<EarlierRun> {
  const { beginning, directory, lines, notes } = await readRun(place)
  const suite = beginning.type === 'run-started' ? beginning.suite : undefined
  if (of.suite === undefined || suite !== of.suite) {
    throw new UsageError(
      'BASELINE_REFUSED',
      `--baseline ${directory} has ${described(suite)}, and the results to compare have ${described(of.suite)}`,
      { hint: 'name the results of an earlier run of the same suite; a campaign of mutants has no baseline' },
    )
  }
  const events = lines.flatMap((line) => ('event' in line ? [line.event] : []))
  for (const note of notes) tell(note)
  if (beginning.kernel !== of.kernel) {
    tell(`the baseline in ${directory} is of the kernel ${beginning.kernel}, not of ${of.kernel}`)
  }
  const ending = events.findLast((event) => event.type === 'run-finished')
  if (ending === undefined || ending.aborted !== undefined) {
    tell(`the baseline in ${directory} ended early: a failure of a test that it lacks is new`)
  }
  return { traits: traitsOfRun(events), kernel: beginning.kernel }
}

function described(suite: string | undefined): string {
  return suite === undefined ? 'mutants' : `the suite ${suite}`
}
