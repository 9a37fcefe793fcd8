// The meaning of the changes against a baseline, the same in each format.
import type { TestFinished, TestPoint } from './events.ts'

/** Tells whether a result makes a run fail: a failure that the baseline has does not, and a skip that it lacks does. */
export function isRed({ verdict, change }: Pick<TestFinished, 'verdict' | 'change'>): boolean {
  return change === 'new' || (verdict !== 'PASS' && verdict !== 'SKIP' && change !== 'known')
}

/** The reason for which a failure was expected. */
export const knownReason = 'the baseline has this failure'

/** Returns the problem of a skip that makes a run fail. */
export function newSkip(reason: string): string {
  return `skipped, but the baseline ran it: ${reason}`
}

/** Returns the points of a program whose failure is known: those that failed were expected to. */
export function expectedPoints(points: readonly TestPoint[]): TestPoint[] {
  return points.map((point) => ({
    ...point,
    ...(point.ok || point.directive !== undefined ? {} : { directive: 'TODO', reason: knownReason }),
    ...(point.points === undefined ? {} : { points: expectedPoints(point.points) }),
  }))
}
