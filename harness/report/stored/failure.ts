// What tells two failures of a test apart: a nightly is red for a change, and another fault may hide behind a known one.
import type { ReportEvent, TestFinished, TestPoint, Verdict } from '../events.ts'

/** The result of a test, as far as it is compared. */
export interface FailureTraits {
  readonly verdict: Verdict
  /** The message without its numbers. */
  readonly message: string
  /** The names of all points that failed, each behind those of its parents. */
  readonly points: readonly string[]
  /** The fingerprints of the splats that no allowance covers. */
  readonly splats: readonly string[]
}

/** Tells whether a verdict is a failure of the test, and not of this computer. */
export function isFailure(result: { readonly verdict: Verdict } | undefined): boolean {
  return result?.verdict === 'FAIL' || result?.verdict === 'ERROR'
}

/** Returns the name of the test of a result: that of a repetition is the test that is repeated. */
export function testOf({ name, repeats = name }: { readonly name: string; readonly repeats?: string }): string {
  return repeats
}

/** Returns the traits of a result. */
export function traitsOf({ verdict, diagnostic, points, splats = [] }: TestFinished): FailureTraits {
  const counted = splats.filter(({ allowed }) => allowed === undefined).map(({ fingerprint }) => fingerprint)
  return {
    verdict,
    message: masked(diagnostic?.message ?? ''),
    points: failingPoints(points),
    splats: [...new Set(counted)],
  }
}

/** Returns the traits of all results of a run, by the names of their tests; of a test that was repeated, its first failure. */
export function traitsOfRun(events: readonly ReportEvent[]): ReadonlyMap<string, FailureTraits> {
  const traits = new Map<string, FailureTraits>()
  for (const event of events) {
    if (event.type !== 'test-finished') continue
    const test = testOf(event)
    if (event.repeats === undefined || !isFailure(traits.get(test))) traits.set(test, traitsOf(event))
  }
  return traits
}

/** Tells whether a failure is an earlier one again. */
export function isSameFailure(before: FailureTraits, now: FailureTraits): boolean {
  return (
    before.verdict === now.verdict &&
    before.message === now.message &&
    isWithin(now.points, before.points) &&
    isWithin(now.splats, before.splats) &&
    (before.splats.length === 0 || now.splats.length > 0)
  )
}

function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  const set = new Set(whole)
  return part.every((each) => set.has(each))
}

/** Returns a message without its numbers: addresses, times and counts differ from run to run. */
function masked(message: string): string {
  return message.replaceAll(/0x[\da-f]+|\b(?=[\da-f]*\d)[\da-f]{8,}\b|\d+/gi, '#')
}

function failingPoints(points: readonly TestPoint[] = [], parent: string = ''): string[] {
  const failing = points.flatMap(({ ok, name, directive, points: below }) => {
    const path = `${parent}\n${name}`
    return [...(ok || directive !== undefined ? [] : [path]), ...failingPoints(below, path)]
  })
  return [...new Set(failing)]
}
