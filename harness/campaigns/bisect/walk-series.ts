// Walks along a series: each patch must leave a kernel that builds, boots and passes.
import type { Diagnostic, Verdict } from '../../report/events.ts'
import type { Trial } from './trial.ts'

/** The verdict on the kernel with one more patch. */
export interface PatchResult {
  readonly verdict: Verdict
  readonly message: string
  readonly milliseconds: number
  /** Present when a test failed. */
  readonly diagnostic?: Diagnostic
}

/**
 * Returns the verdict on each trial. A kernel that does not build or boot is a failure of its patch. One that lacks what the
 * tests require is skipped: the patch for it comes later, and this one does build and boot.
 */
const verdictOf = {
  passed: 'PASS',
  failed: 'FAIL',
  lacking: 'SKIP',
  'not-built': 'FAIL',
  'no-boot': 'FAIL',
  unclear: 'ERROR',
  trouble: 'MISS',
} as const satisfies Record<Trial['kind'], Verdict>

const prefixes: Readonly<Partial<Record<Trial['kind'], string>>> = {
  lacking: 'builds and boots; ',
  'not-built': 'does not build: ',
  'no-boot': 'does not boot: ',
}

/**
 * Tries the kernels one after the other, from the fewest patches on, so that each differs from the last by one patch.
 * @throws the errors of `tryAt`, for trouble that the next kernel would meet as well
 */
export async function walkSeries(
  applied: readonly number[],
  tryAt: (applied: number) => Promise<Trial>,
  onResult: (applied: number, result: PatchResult) => Promise<void>,
): Promise<void> {
  for (const each of applied.toSorted((a, b) => a - b)) {
    const begin = performance.now()
    const { kind, message, ...more } = await tryAt(each)
    const milliseconds = performance.now() - begin
    const text = `${prefixes[kind] ?? ''}${message}`
    await onResult(each, { ...more, verdict: verdictOf[kind], message: text, milliseconds })
  }
}
