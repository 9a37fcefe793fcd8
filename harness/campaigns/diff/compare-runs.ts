// Compares two runs of one suite on two kernels, and makes of it a run that has only what differs.
import { exitCodes, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { leastRuns, type PastTime } from '../../history/slower.ts'
import { eventsVersion, type ReportEvent, type TestFinished, type Verdict } from '../../report/events.ts'
import { testOf } from '../../report/stored/failure.ts'
import type { StoredRun } from '../../report/stored/stored-run.ts'
import { compareTest, type KernelNames, type TestDifference } from './compare-test.ts'
import { slowerTests, timesOf } from './slower-conversions.ts'

type Beginning = Extract<ReportEvent, { type: 'run-started' }>

/** A run with its events by kinds. */
export interface ComparedRun {
  readonly run: StoredRun
  readonly beginning: Beginning
  /** The names of its tests, without those of repetitions. */
  readonly tests: readonly string[]
  readonly events: readonly ReportEvent[]
  readonly finished: readonly TestFinished[]
}

/** What differs between two runs. */
export interface Comparison {
  /** The events of a run that has the tests that differ, in the order of the second run. */
  readonly events: readonly ReportEvent[]
  /** Sentences for the user. */
  readonly notes: readonly string[]
  readonly exitCode: number
}

/** @throws {UsageError} DIFF_REFUSED for a campaign of mutants */
export function comparedRun(run: StoredRun): ComparedRun {
  const { beginning, lines, directory } = run
  if (beginning.type !== 'run-started') {
    throw new UsageError('DIFF_REFUSED', `${directory} has mutants, which are not compared`, {
      hint: 'name the results of gmemtest run or gmemtest kselftest',
    })
  }
  const events = lines.flatMap((line) => ('event' in line ? [line.event] : []))
  const finished = events.filter((event) => event.type === 'test-finished')
  return { run, beginning, tests: beginning.repeated ?? beginning.tests, events, finished }
}

/** @throws {UsageError} DIFF_REFUSED when the two runs are of different suites */
export function requireSameSuite(
  { run: one, beginning: first }: ComparedRun,
  { run: other, beginning: second }: ComparedRun,
): void {
  if (first.suite === second.suite) return
  throw new UsageError(
    'DIFF_REFUSED',
    `${one.directory} has the suite ${first.suite}, and ${other.directory} has ${second.suite}`,
    { hint: 'name two runs of the same suite' },
  )
}

/**
 * Compares the tests that `isChosen` chooses. `past` has the durations of conversions on the first kernel in earlier runs.
 * Trouble of this computer is no difference: a test without a verdict in one of the runs is not compared, and without
 * anything worse the exit code is then 69.
 */
export function compareRuns(
  first: ComparedRun,
  second: ComparedRun,
  past: readonly PastTime[],
  isChosen: (name: string) => boolean,
): Comparison {
  const names = namesOf(first, second)
  const [before, now] = [resultsOf(first), resultsOf(second)]
  const planned = second.tests.filter(isChosen)
  const shared = planned.filter((name) => first.tests.includes(name))
  const times = [...past, ...timesOf(first.finished)]
  const slower = slowerTests(times, second.finished)
  const differences = new Map<string, TestDifference>()
  const open: string[] = []
  for (const name of shared) {
    const [one, ...ones] = before.get(name) ?? []
    const [other, ...others] = now.get(name) ?? []
    if (one === undefined || other === undefined) {
      open.push(name)
      continue
    }
    const byResults = compareTest([one, ...ones], [other, ...others], names)
    // A rate that may be chance must not hide a conversion that is slower.
    const isOpen = byResults === undefined || byResults.change === 'flaky'
    const difference = (isOpen ? slowness(other, slower.get(name)) : undefined) ?? byResults
    if (difference !== undefined) differences.set(name, difference)
  }
  const worse = count(differences, 'new')
  const exitCode =
    worse > 0 ? exitCodes.testFailed : open.length > 0 || shared.length === 0 ? exitCodes.couldNotRun : exitCodes.ok
  const only =
    planned.length - shared.length + first.tests.filter((name) => isChosen(name) && !second.tests.includes(name)).length
  return {
    events: eventsOf(first, second, differences, exitCode),
    exitCode,
    notes: [
      ...(only === 0 ? [] : [`${plural(only, 'test')} of one run alone ${only === 1 ? 'is' : 'are'} not compared`]),
      ...(open.length === 0 ? [] : [`not compared, since one of the runs has no verdict: ${open.join(', ')}`]),
      ...timeNotes(times, names),
      summaryOf(shared.length - open.length, differences, names),
    ],
  }
}

function namesOf({ beginning: first }: ComparedRun, { beginning: second }: ComparedRun): KernelNames {
  return first.kernel === second.kernel
    ? { first: `the first ${first.kernel}`, second: `the second ${second.kernel}` }
    : { first: first.kernel, second: second.kernel }
}

/** Returns the results with a verdict on the test, by the name of the test; of a test that is not repeated, the last one. */
function resultsOf({ finished }: ComparedRun): ReadonlyMap<string, readonly TestFinished[]> {
  const results = new Map<string, readonly TestFinished[]>()
  for (const event of finished) {
    const name = testOf(event)
    if (event.verdict === 'MISS') continue
    results.set(name, event.repeats === undefined ? [event] : [...(results.get(name) ?? []), event])
  }
  return results
}

function slowness(shown: TestFinished, because: string | undefined): TestDifference | undefined {
  return because === undefined ? undefined : { shown, change: 'new', because }
}

function count(differences: ReadonlyMap<string, TestDifference>, change: TestDifference['change']): number {
  return [...differences.values()].filter((difference) => difference.change === change).length
}

/** A comparison that cannot find anything must not look like one that found nothing. */
function timeNotes(times: readonly PastTime[], { first }: KernelNames): string[] {
  const runs = new Set(times.map(({ run }) => run)).size
  if (runs >= leastRuns) return []
  return [
    `no latency of conversions was compared: ${plural(runs, 'run')} on ${first} ${runs === 1 ? 'is' : 'are'} known, and ${leastRuns} show the noise (--repeat ${leastRuns} makes them)`,
  ]
}

function summaryOf(compared: number, differences: ReadonlyMap<string, TestDifference>, names: KernelNames): string {
  if (compared === 0) return `no test of ${names.first} and ${names.second} could be compared`
  const what = `${plural(compared, 'test')} of ${names.first} and ${names.second} compared`
  if (differences.size === 0) return `${what}: nothing differs`
  const counts = [
    [count(differences, 'new'), 'worse'],
    [count(differences, 'fixed'), 'better'],
    [count(differences, 'flaky'), 'perhaps by chance'],
  ] as const
  const parts = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  return `${what}: ${differences.size} ${differences.size === 1 ? 'differs' : 'differ'}, ${parts.join(', ')}`
}

/** Returns the events of a run of the tests that differ, with the kernel of the second run. */
function eventsOf(
  first: ComparedRun,
  second: ComparedRun,
  differences: ReadonlyMap<string, TestDifference>,
  exitCode: number,
): ReportEvent[] {
  const known = new Set(first.finished.flatMap(({ splats = [] }) => splats.map(({ fingerprint }) => fingerprint)))
  const finished = Array.from(differences, ([name, { shown, change, because }]): TestFinished => {
    const { repeats: _test, splats, ...event } = shown
    const marked = splats?.map(({ isNew: _earlier, ...note }) =>
      note.allowed !== undefined || known.has(note.fingerprint) ? note : { ...note, isNew: true as const },
    )
    return { ...event, name, change, because, ...(marked === undefined ? {} : { splats: marked }) }
  })
  const verdicts: Record<Verdict, number> = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  for (const { verdict } of finished) verdicts[verdict] += 1
  const { repeated: _tests, shard: _shard, ...beginning } = second.beginning
  const milliseconds = [first, second].reduce((total, { events }) => total + timeOf(events), 0)
  return [
    { ...beginning, version: eventsVersion, tests: [...differences.keys()] },
    ...firstOf(second.events, 'kernel-ready'),
    ...firstOf(second.events, 'vm-ready'),
    ...finished,
    { type: 'run-finished', milliseconds, verdicts, exitCode },
  ]
}

function timeOf(events: readonly ReportEvent[]): number {
  const ending = events.findLast((event) => event.type === 'run-finished')
  return ending?.milliseconds ?? 0
}

function firstOf(events: readonly ReportEvent[], type: ReportEvent['type']): ReportEvent[] {
  return events.filter((event) => event.type === type).slice(0, 1)
}
