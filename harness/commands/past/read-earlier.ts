// The earlier runs for the plots of a report, read only when a report has plots.
import { existsSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import type { EarlierThan } from '../../history/earlier-runs.ts'
import type { RunHistory } from '../../report/html/plots/run-history.ts'
import type { ReportTarget } from '../../report/targets.ts'
import type { JobOptions } from '../job-options.ts'
import type { Comparable } from './comparison.ts'
import { historyPlace } from './history-place.ts'

/**
 * Reads what the history has of the runs before one; undefined when no report shows it, or the history does not exist or
 * cannot be read: a report without plots is better than none. `tell` takes sentences for the user.
 */
export async function readEarlier(
  targets: readonly ReportTarget[],
  { history: given }: Pick<JobOptions, 'history'>,
  { suite, kernel, before, accelerator = '' }: Pick<Comparable, 'suite' | keyof EarlierThan>,
  tell: (note: string) => void,
): Promise<RunHistory | undefined> {
  if (suite === undefined || !targets.some(({ format }) => format === 'html')) return undefined
  try {
    const place = historyPlace(given)
    if (!existsSync(place)) return undefined
    // Loaded late: SQLite would delay the runs that have no plots.
    const [{ HistoryFile }, { earlierRuns }] = await Promise.all([
      import('../../history/history-file.ts'),
      import('../../history/earlier-runs.ts'),
    ])
    using history = await HistoryFile.open(place)
    return earlierRuns(history, { suite, kernel, accelerator, before })
  } catch (error) {
    tell(`the HTML report has no plots of earlier runs: ${messageOf(error)}`)
    return undefined
  }
}
