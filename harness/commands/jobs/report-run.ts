// A run whose events are reported: from the event that begins it to the one that ends it.
import { withEnding } from '../../report/ending.ts'
import { eventsVersion, type RunEvent } from '../../report/events.ts'
import { reporting } from '../../report/open-sinks.ts'
import type { Job } from './job.ts'

type Beginning = Pick<Extract<RunEvent, { type: 'run-started' }>, 'suite' | 'tests' | 'isolation'>
type Emit = (event: RunEvent) => Promise<void>

/**
 * Does the work of a job as one run, releases the directory of its results, and returns the exit code. `run-started` is
 * always emitted, and so is `run-finished`, also when the work throws.
 * @throws the errors of the work and of the reports
 */
export async function reportRun(
  { definition, started, context, directory, reports, ...job }: Job,
  { suite, tests, isolation }: Beginning,
  work: (emit: Emit) => Promise<number>,
): Promise<number> {
  await using claim = job.claim
  void claim
  return await reporting(context, directory, reports, async ({ emit }) => {
    await emit({
      type: 'run-started',
      time: started.toISOString(),
      version: eventsVersion,
      kernel: definition.name,
      dialect: definition.dialect,
      suite,
      tests,
      isolation,
    })
    return await withEnding(emit, work)
  })
}
