// Sends the events of a run that is over to reports.
import type { Report } from '../../report/open-sinks.ts'
import type { Baseline } from '../../report/stored/baseline.ts'
import { exitCodeOfEvents } from '../../report/stored/stored-exit-code.ts'
import type { StoredLine } from '../../report/stored/stored-run.ts'

/** Sends the lines of a run to its reports, and returns its exit code. An interruption leaves no half of a report. */
export async function sendStored(
  lines: readonly StoredLine[],
  baseline: Baseline | undefined,
  { emit, pass }: Report,
): Promise<number> {
  for (const line of lines) {
    await ('event' in line ? emit(baseline?.compared(line.event) ?? line.event) : pass(line.unknown))
  }
  const exitCode = exitCodeOfEvents(lines.flatMap((line) => ('event' in line ? [line.event] : [])))
  return baseline?.exitCode(exitCode) ?? exitCode
}
