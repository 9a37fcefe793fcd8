// The work of `gmemtest report`: sends the events of a run that is over to new reports.
import { reporting } from '../../report/open-sinks.ts'
import { readRun } from '../../report/stored/stored-run.ts'
import { storedTargets } from '../../report/targets.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import { reproducersIn } from '../exporting/reproducers-in.ts'
import { comparableOf, readComparison } from '../past/comparison.ts'
import { readEarlier } from '../past/read-earlier.ts'
import { noteTeller } from './note-teller.ts'
import { refuseSources } from '../../report/stored/refuse-sources.ts'
import { sendStored } from './send-stored.ts'

/** Makes the reports of a stored run, and returns its exit code. */
export async function reportStoredRun(
  place: string,
  options: Pick<JobOptions, 'baseline' | 'known' | 'history' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const run = await readRun(place)
  const tell = noteTeller(context)
  for (const note of run.notes) tell(note)
  const comparable = comparableOf(run)
  const baseline = await readComparison(options, comparable, tell)
  const targets = storedTargets(options.report ?? [], process.env['GITHUB_STEP_SUMMARY'], run.directory)
  await refuseSources([run.file], targets)
  const history = await readEarlier(targets, options, comparable, tell)
  const streams = { ...context, isStored: true, history, reproducerOf: reproducersIn(run.directory) }
  const exitCode = await reporting(streams, run.directory, targets, (reports) =>
    sendStored(run.lines, baseline, reports),
  )
  // The reports are whole; the exit code tells of the interruption.
  context.signal.throwIfAborted()
  for (const note of baseline?.notMet() ?? []) tell(note)
  return exitCode
}
