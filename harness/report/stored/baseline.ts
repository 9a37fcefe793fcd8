// The results of an earlier run, against which only what is new counts: a nightly is red for a change, not for a known fault.
import { exitCodes } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import type { Change, ReportEvent, SplatNote, TestFinished } from '../events.ts'
import { isFailure, isSameFailure, traitsOf, type FailureTraits } from './failure.ts'

/** What is known beside the results of one earlier run. Each function returns a sentence for the reader. */
export interface Experience {
  /** Returns the entry of a list that names this failure. */
  readonly listed?: (event: TestFinished) => { readonly isExpired: boolean; readonly text: string } | undefined
  /** Returns sentences about the entries of that list that named no failure; `ran` has the tests with a verdict. */
  readonly notMet?: (ran: ReadonlySet<string>) => readonly string[]
  /** Returns how often this failure came and went before. */
  readonly flaky?: (name: string, traits: FailureTraits) => string | undefined
  /** Returns how much slower the conversions of a test that passed are than usual. */
  readonly slower?: (event: TestFinished) => string | undefined
}

/** A message names so many tests. */
const mostNames = 5

type Compared = Pick<TestFinished, 'change' | 'because'>

/** Compares the events of a run with a baseline, and keeps account of what is new. */
export class Baseline {
  readonly #earlier: ReadonlyMap<string, FailureTraits>
  readonly #experience: Experience
  /** The fingerprints of all splats of the baseline. */
  readonly #splats: ReadonlySet<string>
  #new = 0
  #expected = 0
  #missed = 0
  /** The number of planned tests that have no result yet. */
  #open = 0
  readonly #ran = new Set<string>()
  /** The tests that the baseline has run, and that are not in this run. */
  #lost: readonly string[] = []
  /** A run without an end was killed. */
  #isCut = true

  constructor(earlier: ReadonlyMap<string, FailureTraits>, experience: Experience = {}) {
    this.#earlier = earlier
    this.#experience = experience
    this.#splats = new Set([...earlier.values()].flatMap(({ splats }) => splats))
  }

  /** Returns an event; the end of a test has the change against this baseline, and the end of the run its exit code. */
  compared(event: ReportEvent): ReportEvent {
    if (event.type === 'run-started') {
      this.#open = event.tests.length
      // The other shards have the other tests.
      if (event.shard === undefined) this.#lost = this.#lostIn(event.tests)
    }
    if (event.type === 'run-finished') {
      this.#isCut = event.aborted !== undefined
      return event.exitCode === undefined ? event : { ...event, exitCode: this.exitCode(event.exitCode) }
    }
    if (event.type !== 'test-finished') return event
    const { change: _earlier, because: _why, ...own } = event
    const compared = this.#compare(event)
    this.#open -= 1
    if (compared.change === 'new') this.#new += 1
    if (compared.change === 'known' || compared.change === 'flaky') this.#expected += 1
    if (event.verdict === 'MISS') this.#missed += 1
    else if (event.verdict !== 'SKIP') this.#ran.add(event.name)
    return { ...own, ...compared, ...(own.splats === undefined ? {} : { splats: own.splats.map(this.#marked) }) }
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
    // Without a failure, stored results have a 1 for a skip or a slow conversion that was new against another baseline.
    return this.#expected > 0 || exitCode === exitCodes.testFailed ? exitCodes.ok : exitCode
  }

  /** Returns the change of a test against this baseline; undefined when it has none that matters. */
  changeOf(event: TestFinished): Change | undefined {
    return this.#compare(event).change
  }

  /** Returns sentences for the user, at the end of a run: known failures that did not occur, tests that are gone. */
  notMet(): readonly string[] {
    const listed = this.#experience.notMet?.(this.#ran) ?? []
    if (this.#lost.length === 0) return listed
    const names = this.#lost.slice(0, mostNames)
    const rest = this.#lost.length - names.length
    const others = rest === 0 ? '' : ` and ${plural(rest, 'other')}`
    return [
      ...listed,
      `the baseline has ${plural(this.#lost.length, 'test')} that this run does not: ${names.join(', ')}${others}`,
    ]
  }

  #lostIn(tests: readonly string[]): string[] {
    const planned = new Set(tests)
    return [...this.#earlier]
      .filter(([name, { verdict }]) => verdict !== 'MISS' && !planned.has(name))
      .map(([name]) => name)
  }

  #compare(event: TestFinished): Compared {
    const before = this.#earlier.get(event.name)
    switch (event.verdict) {
      case 'FAIL':
      case 'ERROR':
        return this.#compareFailure(event, before)
      case 'SKIP': {
        const isNew = before !== undefined && before.verdict !== 'SKIP' && before.verdict !== 'MISS'
        return isNew ? { change: 'new' } : {}
      }
      case 'PASS': {
        const slower = this.#experience.slower?.(event)
        if (slower !== undefined) return { change: 'new', because: slower }
        return isFailure(before) ? { change: 'fixed' } : {}
      }
      case 'MISS':
        return {}
      default:
        return event.verdict satisfies never
    }
  }

  #compareFailure(event: TestFinished, before: FailureTraits | undefined): Compared {
    const listed = this.#experience.listed?.(event)
    // An entry that has expired also ends what the baseline would excuse: otherwise its last day would mean nothing.
    if (listed !== undefined) return { change: listed.isExpired ? 'new' : 'known', because: listed.text }
    const traits = traitsOf(event)
    if (before !== undefined && isSameFailure(before, traits)) return { change: 'known' }
    const flaky = this.#experience.flaky?.(event.name, traits)
    return flaky === undefined ? { change: 'new' } : { change: 'flaky', because: flaky }
  }

  readonly #marked = ({ isNew: _earlier, ...note }: SplatNote): SplatNote =>
    note.allowed !== undefined || this.#splats.has(note.fingerprint) ? note : { ...note, isNew: true }
}

const ofVerdicts: ReadonlySet<number> = new Set([exitCodes.ok, exitCodes.testFailed, exitCodes.couldNotRun])
