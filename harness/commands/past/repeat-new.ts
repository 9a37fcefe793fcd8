// Runs the tests whose results are new again, each time alone in a fresh instance: does the failure always occur?
import { plural } from '../../base/plural.ts'
import type { RunEvent, TestFinished } from '../../report/events.ts'

/** A kernel that fails every test needs no proof for each. */
const mostTests = 20

type Emit = (event: RunEvent) => Promise<void>

/** What the repetition needs of its run. */
export interface Repeating {
  /** How often each test runs again. */
  readonly times: number
  /** Runs the tests of these names once, each in an instance of its own. */
  readonly runAgain: (names: ReadonlySet<string>, emit: Emit) => Promise<unknown>
  /** Tells whether a result is new against the baseline. */
  readonly isNew: (event: TestFinished) => boolean
  readonly emit: Emit
  /** Takes sentences for the user. */
  readonly tell: (note: string) => void
  /** Takes the error that ends the repetition. */
  readonly onTrouble: (error: unknown) => void
  readonly signal: AbortSignal
}

/**
 * Runs the tests of these names again, and emits how often the result of each was new once more. No verdict of the run
 * changes. A try without a verdict on the test, such as a MISS, does not count. Trouble ends the repetition, and not the run,
 * whose results it would hide.
 */
export async function repeatNew(
  names: readonly string[],
  { times, runAgain, isNew, emit, tell, onTrouble, signal }: Repeating,
): Promise<void> {
  const repeated = new Set(names.slice(0, mostTests))
  if (repeated.size === 0 || signal.aborted) return
  const rest = names.length - repeated.size
  const others = rest === 0 ? '' : `; ${plural(rest, 'other')} ran only once`
  tell(`running ${plural(repeated.size, 'new result')} again, ${plural(times, 'time')}${others}`)
  const counts = new Map(Array.from(repeated, (name) => [name, { suite: '', runs: 0, failures: 0 }]))
  const count = async (event: RunEvent): Promise<void> => {
    if (event.type !== 'test-finished' || event.verdict === 'MISS' || event.verdict === 'SKIP') return
    const counted = counts.get(event.name)
    if (counted === undefined) return
    counted.suite = event.suite
    counted.runs += 1
    if (isNew(event)) counted.failures += 1
  }
  try {
    for (let round = 0; round < times && !signal.aborted; round += 1) await runAgain(repeated, count)
  } catch (error) {
    onTrouble(error)
  }
  for (const [name, counted] of counts) await emit({ type: 'failure-repeated', name, ...counted })
}
