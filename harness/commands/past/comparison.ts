// The results that a run is compared with: those of a directory or of the history, and a list of known failures.
import { existsSync } from 'node:fs'
import { messageOf, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { dayOf } from '../../console/sift.ts'
import { findRun, parseReference, type ComparedRun, type RunReference } from '../../history/find-run.ts'
import { flakinessOf } from '../../history/flakiness.ts'
import { HistoryFile } from '../../history/history-file.ts'
import { pastResults, traitsOfPast, pastTimes, type PastResult } from '../../history/past.ts'
import { SlownessWatch, type PastTime } from '../../history/slower.ts'
import { acceleratorOf } from '../../report/stored/accelerator-of.ts'
import { Baseline } from '../../report/stored/baseline.ts'
import { readKnownFailures } from '../../report/stored/known-failures.ts'
import { readBaseline, type EarlierRun } from '../../report/stored/read-baseline.ts'
import type { StoredRun } from '../../report/stored/stored-run.ts'
import type { JobOptions } from '../job-options.ts'
import { historyPlace } from './history-place.ts'

/** The run that is compared; a campaign of mutants has no suite. */
export type Comparable = Omit<ComparedRun, 'suite'> &
  Partial<Pick<ComparedRun, 'suite'>> & {
    /** The accelerator of its instances, if all had the same one. */
    readonly accelerator?: string
  }

/** Returns a stored run as one that is compared. */
export function comparableOf({ beginning, lines }: Pick<StoredRun, 'beginning' | 'lines'>): Comparable {
  const { kernel, time: before } = beginning
  if (beginning.type !== 'run-started') return { kernel, before, tests: [] }
  const { suite, tests } = beginning
  const accelerator = acceleratorOf(lines.flatMap((line) => ('event' in line ? [line.event] : [])))
  return { kernel, before, suite, tests, ...(accelerator === undefined ? {} : { accelerator }) }
}

type ComparisonOptions = Pick<JobOptions, 'baseline' | 'known' | 'history'>
type Tell = (note: string) => void

/**
 * Reads all that a run is compared with; undefined when the user wants no comparison. `tell` takes sentences for the user.
 * @throws {UsageError} BASELINE_REFUSED, BASELINE_UNKNOWN, and the errors of `readRun` and `readKnownFailures`
 * @throws {InfraError} the errors of the history, if the user named it or a run of it
 */
export async function readComparison(
  options: ComparisonOptions,
  run: Comparable,
  tell: Tell,
): Promise<Baseline | undefined> {
  const { baseline: place, known: list } = options
  if (place === undefined && list === undefined) return undefined
  const reference = place === undefined || existsSync(place) ? undefined : parseReference(place)
  const { suite } = run
  const direct = place === undefined || reference !== undefined ? undefined : await readBaseline(place, run, tell)
  if (suite === undefined) {
    throw new UsageError('BASELINE_REFUSED', 'a campaign of mutants has no baseline and no known failures', {
      hint: 'leave out --baseline and --known',
    })
  }
  const known = list === undefined ? undefined : await readKnownFailures(list, dayOf(new Date()))
  const { earlier, past, usual } = await readHistory(options, { ...run, suite }, direct, reference, tell)
  const watch = new SlownessWatch(usual)
  return new Baseline(earlier.traits, {
    ...(known === undefined ? {} : { listed: (event) => known.of(event), notMet: (ran) => known.notMet(ran) }),
    slower: ({ name, conversions = [] }) => watch.slower(name, conversions),
    flaky: (name, traits) => flakinessOf(past.get(name) ?? [], traits),
  })
}

interface FromHistory {
  readonly earlier: EarlierRun
  readonly past: ReadonlyMap<string, readonly PastResult[]>
  readonly usual: readonly PastTime[]
}

/** Reads the run of a reference, and the past on the kernels of both runs. Without a reference, the history may be absent. */
async function readHistory(
  { history: given }: ComparisonOptions,
  compared: ComparedRun & Pick<Comparable, 'accelerator'>,
  direct: EarlierRun | undefined,
  reference: RunReference | undefined,
  tell: Tell,
): Promise<FromHistory> {
  const none = { traits: new Map(), kernel: compared.kernel }
  try {
    using history = await HistoryFile.open(historyPlace(given))
    const earlier = direct ?? (reference === undefined ? none : (earlierIn(history, reference, compared, tell) ?? none))
    const kernels = [compared.kernel, earlier.kernel]
    const { accelerator = '' } = compared
    const usual = pastTimes(history, { ...compared, accelerator, kernel: earlier.kernel })
    return { earlier, past: pastResults(history, { ...compared, kernels }), usual }
  } catch (error) {
    if (given !== undefined || reference !== undefined) throw error
    tell(`no failure counts as flaky, and no conversion as slower: ${messageOf(error)}`)
    return { earlier: direct ?? none, past: new Map(), usual: [] }
  }
}

function earlierIn(
  history: HistoryFile,
  reference: RunReference,
  compared: ComparedRun,
  tell: Tell,
): EarlierRun | undefined {
  const found = findRun(history, reference, compared)
  if (found === undefined) {
    const kernel = reference.kernel ?? compared.kernel
    const before = `before ${minuteOf(compared.before)}`
    tell(`the history ${history.file} has no run of ${kernel} ${before} that came to its end: every failure is new`)
    return undefined
  }
  const { id, time, kernel, planned } = found
  const names = new Set(planned)
  const lacking = compared.tests.filter((name) => !names.has(name)).length
  const lack = lacking === 0 ? '' : `, which lacks ${plural(lacking, 'test')} of this run`
  tell(`the baseline is the run ${id} on ${kernel}, ${minuteOf(time)}${lack}`)
  return { traits: traitsOfPast(history, id), kernel }
}

function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
