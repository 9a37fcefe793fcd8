// Finds the first bad patch of a series: tests one kernel after the other, and keeps the results that count.
import { InfraError, messageOf } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { nextStep, type Ends, type Mark, type Next } from './search.ts'
import type { Step } from './tried-kernel.ts'
import type { Trial } from './trial.ts'

/** The end of a search. */
export type Finding = Exclude<Next, { kind: 'test' }>

interface FindOptions {
  readonly ends: Ends
  /** The results of an earlier search that was interrupted. */
  readonly earlier: readonly Step[]
  /** Builds and tests the kernel with the first `applied` patches. */
  readonly tryAt: (applied: number) => Promise<Trial>
  /** Keeps the results so far, without those that trouble of this computer has made. */
  readonly keep: (steps: readonly Step[]) => Promise<void>
  /** Called before each kernel with the number of those that may follow, and after it with its result. */
  readonly onTest: (applied: number, left: number) => void
  readonly onStep: (step: Step) => Promise<void>
}

/** Trouble of one kernel may be chance. */
const mostTroubles = 3

/**
 * Searches until the first bad patch is found, or no kernel can tell more. Only a test that fails makes a kernel bad: one that
 * cannot be built, does not boot or lacks what the tests require is skipped, and so is one that trouble of this computer kept
 * from a result.
 * @returns the finding, and all steps in their order
 * @throws {InfraError} for trouble of this computer at an end of the series, or with three kernels one after the other
 */
export async function findPatch(options: FindOptions): Promise<{ finding: Finding; steps: readonly Step[] }> {
  const { ends, onTest, onStep, keep } = options
  const steps: Step[] = [...options.earlier]
  const kept: Step[] = [...steps]
  let troubles = 0
  for (;;) {
    const next = nextStep(ends, new Map(steps.map(({ applied, mark }) => [applied, mark])))
    if (next.kind !== 'test') return { finding: next, steps }
    const { applied, left } = next
    onTest(applied, left)
    const { trial, error } = await tryOne(applied, options)
    const { message, failures } = trial
    const step = { applied, mark: markOf(trial), message, ...(failures === undefined ? {} : { failures }) }
    steps.push(step)
    await onStep(step)
    if (trial.kind !== 'trouble') {
      troubles = 0
      kept.push(step)
      await keep(kept)
      continue
    }
    troubles += 1
    const isEnd = applied === ends.good || applied === ends.bad
    if (isEnd || troubles === mostTroubles) throw error ?? troubleError(trial.message, kept.length)
  }
}

async function tryOne(applied: number, { tryAt }: FindOptions): Promise<{ trial: Trial; error?: InfraError }> {
  try {
    return { trial: await tryAt(applied) }
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    return { trial: { kind: 'trouble', message: messageOf(error) }, error }
  }
}

function markOf({ kind }: Trial): Mark {
  if (kind === 'passed') return 'good'
  return kind === 'failed' ? 'bad' : 'skip'
}

function troubleError(message: string, kept: number): InfraError {
  return new InfraError('BISECT_TROUBLE', `this computer keeps kernels from a result: ${message}`, {
    hint: `remove the cause and run the same command again: it keeps the results of ${plural(kept, 'kernel')}`,
  })
}
