// Takes what a kernel is allowed to complain about out of what happened to a scenario.
import type { Allowance } from '../kernel/definition/allowances.ts'
import { sift } from '../console/sift.ts'
import { parseLine } from '../console/printk.ts'
import type { Happening } from './verdict.ts'

type Words = Pick<Happening, 'splats' | 'earlierSplats' | 'warnings'>

export interface WithoutAllowed extends Words {
  /** What was allowed, each with the reason, for people. */
  readonly allowed: readonly string[]
}

/** What counts on a day (`dayOf`). The lines of a report that is allowed are no warnings of their own. */
export function withoutAllowed(
  { splats, earlierSplats, warnings }: Words,
  allowances: readonly Allowance[],
  today: string,
): WithoutAllowed {
  const now = sift(splats, allowances, today)
  const earlier = sift(earlierSplats, allowances, today)
  const known = [...earlier.allowed, ...now.allowed]
  const lines = new Set(known.flatMap(({ splat }) => splat.lines.map((line) => parseLine(line).text)))
  return {
    splats: now.counted,
    earlierSplats: earlier.counted,
    warnings: warnings.filter((text) => !lines.has(text)),
    allowed: known.map(
      ({ splat, allowance: { expires, reason } }) => `${splat.title}: allowed until ${expires} (${reason})`,
    ),
  }
}
