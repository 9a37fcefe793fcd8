// The meaning of the changes against a baseline, the same in each format.
import type { Change, TestFinished, TestPoint } from '../events.ts'

type Changed = Pick<TestFinished, 'verdict' | 'change' | 'because'>

/** Tells whether a failure does not count: it is known, or it comes and goes. */
export function isExpected({ change }: { readonly change?: Change | undefined }): boolean {
  return change === 'known' || change === 'flaky'
}

/** Tells whether a result makes a run fail: a failure that the baseline has does not, and a skip that it lacks does. */
export function isRed(result: Changed): boolean {
  const { verdict, change } = result
  return change === 'new' || (verdict !== 'PASS' && verdict !== 'SKIP' && !isExpected(result))
}

/** Returns the reason for which a failure was expected. */
export function expectedReason({ change, because }: Pick<Changed, 'change' | 'because'>): string {
  if (change === 'flaky') return `flaky: ${because ?? 'it came and went before'}`
  return because === undefined ? 'the baseline has this failure' : `known: ${because}`
}

/** Returns the problem of a test that makes a run fail although it did not fail itself; undefined when there is none. */
export function newProblem({
  verdict,
  change,
  because,
  reason,
}: Changed & { readonly reason?: string }): string | undefined {
  if (change !== 'new') return undefined
  if (verdict === 'SKIP') return `skipped, but the baseline ran it: ${reason ?? 'no reason was given'}`
  return verdict === 'PASS' ? because : undefined
}

/** Returns how often a test failed that ran again: `always (5 of 5)`. */
export function repetition({ runs, failures }: { readonly runs: number; readonly failures: number }): string {
  if (runs === 0) return 'no run came to its end'
  return failures === runs ? `always (${failures} of ${runs})` : `${failures} of ${runs}`
}

/** Returns the points of a program whose failure does not count: those that failed were expected to, for this reason. */
export function expectedPoints(points: readonly TestPoint[], reason: string): TestPoint[] {
  return points.map((point) => ({
    ...point,
    ...(point.ok || point.directive !== undefined ? {} : { directive: 'TODO', reason }),
    ...(point.points === undefined ? {} : { points: expectedPoints(point.points, reason) }),
  }))
}
