// The work of `gmemtest report`: sends the events of a run that is over to new reports.
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { plainText } from '../../report/plain.ts'
import { reporting } from '../../report/open-sinks.ts'
import { readBaseline } from '../../report/stored/baseline.ts'
import { exitCodeOfEvents } from '../../report/stored/stored-exit-code.ts'
import { readRun, type StoredLine } from '../../report/stored/stored-run.ts'
import { wishesOf, type ReportTarget, type ReportWish } from '../../report/targets.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'

/** Makes the reports of a stored run, and returns its exit code. */
export async function reportStoredRun(
  place: string,
  { report: wishes = [], baseline: earlier }: Pick<JobOptions, 'baseline' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const targets = wishesOf(
    wishes.length === 0 ? [{ word: 'tap', to: 'stdout' }] : wishes.map(toStdout),
    process.env['GITHUB_STEP_SUMMARY'],
  )
  const run = await readRun(place)
  const baseline = earlier === undefined ? undefined : await readBaseline(earlier)
  for (const note of run.notes) context.stderr.write(`gmemtest: ${plainText(note)}\n`)
  const placed = targets.map((target) => inDirectory(target, run.directory))
  await refuseSource(run.file, placed)
  return await reporting({ ...context, isStored: true }, run.directory, placed, async ({ emit, pass }) => {
    for (const line of run.lines) {
      await ('event' in line ? emit(baseline?.compared(line.event) ?? line.event) : pass(line.unknown))
    }
    const exitCode = exitCodeOfEvents(eventsOf(run.lines))
    return baseline?.exitCode(exitCode) ?? exitCode
  })
}

/** Returns the events of this version. */
function eventsOf(lines: readonly StoredLine[]): Extract<StoredLine, { event: unknown }>['event'][] {
  return lines.flatMap((line) => ('event' in line ? [line.event] : []))
}

/** The directory has TAP and the events already. */
function toStdout(wish: ReportWish): ReportWish {
  return wish.to === undefined && (wish.word === 'tap' || wish.word === 'jsonl') ? { ...wish, to: 'stdout' } : wish
}

function inDirectory({ format, to }: ReportTarget, directory: string): ReportTarget {
  return typeof to !== 'string' && 'file' in to
    ? { format, to: { path: path.resolve(directory, to.file) } }
    : { format, to }
}

/** @throws {UsageError} OPTION_VALUE when a report would overwrite the events that it is made of */
async function refuseSource(source: string, targets: readonly ReportTarget[]): Promise<void> {
  const own = await realpath(source)
  for (const { to } of targets) {
    if (typeof to === 'string' || !('path' in to)) continue
    const real = await realpath(to.path).catch(() => to.path)
    if (real !== own) continue
    throw new UsageError('OPTION_VALUE', `--report would overwrite ${source}, from which it is made`, {
      hint: 'name another file',
    })
  }
}
