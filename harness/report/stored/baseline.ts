// The results of an earlier run, against which only what is new counts: a nightly is red for a change, not for a known fault.
import { exitCodes } from '../../base/errors.ts'
import type { ReportEvent, TestFinished, TestPoint } from '../events.ts'

/** Tells whether a verdict is a failure of the test, and not of this computer. */
export function isFailure(event: Pick<TestFinished, 'verdict'> | undefined): boolean {
  return event?.verdict === 'FAIL' || event?.verdict === 'ERROR'
}

/** Compares the events of a run with a baseline, and keeps account of what is new. */
export class Baseline {
  readonly #earlier: ReadonlyMap<string, TestFinished>
  #new = 0
  #known = 0
  #missed = 0
  /** The number of planned tests that have no result yet. */
  #open = 0
  /** A run without an end was killed. */
  #isCut = true

  constructor(events: readonly ReportEvent[]) {
    const finished = events.filter((event) => event.type === 'test-finished')
    this.#earlier = new Map(finished.map((event) => [event.name, event]))
  }

  /** Returns an event; the end of a test has the change against this baseline, and the end of the run its exit code. */
  compared(event: ReportEvent): ReportEvent {
    if (event.type === 'run-started') this.#open = event.tests.length
    if (event.type === 'run-finished') {
      this.#isCut = event.aborted !== undefined
      return event.exitCode === undefined ? event : { ...event, exitCode: this.exitCode(event.exitCode) }
    }
    if (event.type !== 'test-finished') return event
    const { change: _earlier, ...own } = event
    const change = this.changeOf(event)
    this.#open -= 1
    if (change === 'new') this.#new += 1
    if (change === 'known') this.#known += 1
    if (event.verdict === 'MISS') this.#missed += 1
    return change === undefined ? own : { ...own, change }
  }

  /**
   * Returns the exit code of a run when only what is new counts; `exitCode` is the one without a baseline. A code that no
   * verdict has, such as that of an interruption, stays.
   */
  exitCode(exitCode: number): number {
    if (!ofVerdicts.has(exitCode)) return exitCode
    if (this.#new > 0) return exitCodes.testFailed
    // The tests that did not run may have failed.
    if (this.#isCut) return exitCode
    if (this.#missed > 0 || this.#open > 0) return exitCodes.couldNotRun
    return this.#known > 0 ? exitCodes.ok : exitCode
  }

  /** Returns the change of a test against this baseline; undefined when it has none that matters. */
  changeOf(event: TestFinished): TestFinished['change'] {
    const before = this.#earlier.get(event.name)
    switch (event.verdict) {
      case 'FAIL':
      case 'ERROR':
        return before !== undefined && isSameFailure(before, event) ? 'known' : 'new'
      case 'SKIP':
        return before !== undefined && before.verdict !== 'SKIP' && before.verdict !== 'MISS' ? 'new' : undefined
      case 'PASS':
        return isFailure(before) ? 'fixed' : undefined
      case 'MISS':
        return undefined
      default:
        return event.verdict satisfies never
    }
  }
}

const ofVerdicts: ReadonlySet<number> = new Set([exitCodes.ok, exitCodes.testFailed, exitCodes.couldNotRun])

/** Tells whether a failure is the one of the baseline; another fault of the same test may hide behind a known one. */
function isSameFailure(before: TestFinished, now: TestFinished): boolean {
  const splatsBefore = countedSplats(before)
  const splats = countedSplats(now)
  return (
    before.verdict === now.verdict &&
    maskedMessage(before) === maskedMessage(now) &&
    isWithin(failingPoints(now.points), failingPoints(before.points)) &&
    isWithin(splats, splatsBefore) &&
    (splatsBefore.size === 0 || splats.size > 0)
  )
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((each) => whole.has(each))
}

/** Returns the fingerprints of the splats that no allowance covers. */
function countedSplats({ splats = [] }: TestFinished): ReadonlySet<string> {
  return new Set(splats.filter(({ allowed }) => allowed === undefined).map(({ fingerprint }) => fingerprint))
}

/** Returns the message of a failure without its numbers: addresses, times and counts differ from run to run. */
function maskedMessage({ diagnostic }: TestFinished): string {
  return (diagnostic?.message ?? '').replaceAll(/0x[\da-f]+|\b(?=[\da-f]*\d)[\da-f]{8,}\b|\d+/gi, '#')
}

/** Returns the names of all points that failed, each behind those of its parents. */
function failingPoints(points: readonly TestPoint[] = [], parent: string = ''): ReadonlySet<string> {
  return new Set(
    points.flatMap(({ ok, name, directive, points: below }) => {
      const path = `${parent}\n${name}`
      return [...(ok || directive !== undefined ? [] : [path]), ...failingPoints(below, path)]
    }),
  )
}
