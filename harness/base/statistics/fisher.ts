// Tells whether two rates differ, also when they are of few runs.

/** How often something happened in a number of runs. */
export interface Share {
  readonly count: number
  readonly total: number
}

/** A difference with a smaller p value is called real: chance alone makes one in twenty. */
export const realDifference = 0.05

/** Tables are as probable as one another up to the error of floating-point arithmetic. */
const tolerance = 1e-7

/**
 * Returns the two-sided p value of Fisher's exact test (R. A. Fisher, "The logic of inductive inference", 1935): if both rates
 * were the same, the share of all tables with these sums that are at most as probable as this one. It needs no large numbers,
 * unlike a chi-squared test.
 * @throws {RangeError} unless 0 ≤ count ≤ total for both
 */
export function fisher(first: Share, second: Share): number {
  for (const { count, total } of [first, second]) {
    if (!(count >= 0 && count <= total)) throw new RangeError(`no share: ${count} of ${total}`)
  }
  const sum = first.count + second.count
  const logarithms = logarithmsOfFactorials(first.total + second.total)
  const choose = (of: number, taken: number): number =>
    (logarithms[of] ?? 0) - (logarithms[taken] ?? 0) - (logarithms[of - taken] ?? 0)
  const probability = (count: number): number =>
    Math.exp(choose(first.total, count) + choose(second.total, sum - count) - choose(first.total + second.total, sum))
  const least = Math.max(0, sum - second.total)
  const most = Math.min(sum, first.total)
  const limit = probability(first.count) * (1 + tolerance)
  const tables = Array.from({ length: most - least + 1 }, (_, index) => probability(least + index))
  return Math.min(
    1,
    tables.filter((each) => each <= limit).reduce((total, each) => total + each, 0),
  )
}

function logarithmsOfFactorials(most: number): number[] {
  const logarithms = [0]
  for (let number = 1; number <= most; number += 1) logarithms.push((logarithms.at(-1) ?? 0) + Math.log(number))
  return logarithms
}

/** Returns `p = 0.012`, as people write it. */
export function pText(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${p.toPrecision(2)}`
}
