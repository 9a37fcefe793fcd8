// The results of an earlier run, against which only what is new counts: a nightly is red for a change, not for a known fault.
import { exitCodes } from '../../base/errors.ts'
import type { ReportEvent, TestFinished, Verdict } from '../events.ts'
import { readRun } from './stored-run.ts'

interface Known {
  readonly verdict: Verdict
  /** The fingerprints of the splats that no allowance covered. */
  readonly fingerprints: ReadonlySet<string>
}

const isFailure = (verdict: Verdict | undefined): boolean => verdict === 'FAIL' || verdict === 'ERROR'

function countedSplats({ splats = [] }: TestFinished): string[] {
  return splats.filter(({ allowed }) => allowed === undefined).map(({ fingerprint }) => fingerprint)
}

/** Compares the events of a run with a baseline, and keeps account of what is new. */
export class Baseline {
  readonly #known: ReadonlyMap<string, Known>
  #new = 0
  #missed = 0
  #isCut = false

  constructor(events: readonly ReportEvent[]) {
    const finished = events.filter((event) => event.type === 'test-finished')
    this.#known = new Map(
      finished.map((event) => [event.name, { verdict: event.verdict, fingerprints: new Set(countedSplats(event)) }]),
    )
  }

  /** Returns an event; the end of a test has the change against this baseline, and the end of the run its exit code. */
  compared(event: ReportEvent): ReportEvent {
    if (event.type === 'run-finished') {
      this.#isCut ||= event.aborted !== undefined
      return event.exitCode === undefined ? event : { ...event, exitCode: this.exitCode(event.exitCode) }
    }
    if (event.type !== 'test-finished') return event
    const { change: _earlier, ...own } = event
    const change = this.#changeOf(event)
    if (change === 'new') this.#new += 1
    if (event.verdict === 'MISS') this.#missed += 1
    return change === undefined ? own : { ...own, change }
  }

  /** Returns the exit code of a run when only what is new counts; `exitCode` is the one without a baseline. */
  exitCode(exitCode: number): number {
    if (this.#new > 0) return exitCode === exitCodes.ok ? exitCodes.testFailed : exitCode
    // The tests that did not run may have failed.
    if (exitCode !== exitCodes.testFailed || this.#isCut) return exitCode
    return this.#missed > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }

  #changeOf(event: TestFinished): TestFinished['change'] {
    const known = this.#known.get(event.name)
    switch (event.verdict) {
      case 'FAIL':
      case 'ERROR':
        // Another splat is another fault.
        return isFailure(known?.verdict) && countedSplats(event).every((splat) => known?.fingerprints.has(splat))
          ? 'known'
          : 'new'
      case 'SKIP':
        return known !== undefined && known.verdict !== 'SKIP' && known.verdict !== 'MISS' ? 'new' : undefined
      case 'PASS':
        return isFailure(known?.verdict) ? 'fixed' : undefined
      case 'MISS':
        return undefined
      default:
        return event.verdict satisfies never
    }
  }
}

/**
 * Reads the baseline of a run.
 * @throws the errors of `readRun`
 */
export async function readBaseline(place: string): Promise<Baseline> {
  const { lines } = await readRun(place)
  return new Baseline(lines.flatMap((line) => ('event' in line ? [line.event] : [])))
}
