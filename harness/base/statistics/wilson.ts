// The confidence interval of a rate.

/** The quantile of the normal distribution for 95 %. */
const z = 1.96

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Returns the interval that has the true rate with 95 % confidence, by Wilson's score (E. B. Wilson, "Probable inference,
 * the law of succession, and statistical inference", 1927). Unlike the usual one, it is right for few runs and rare failures.
 * @throws {RangeError} unless 0 ≤ count ≤ total and 0 < total
 */
export function wilson(count: number, total: number): Interval {
  if (!(total > 0 && count >= 0 && count <= total)) throw new RangeError(`no rate: ${count} of ${total}`)
  const rate = count / total
  const scale = 1 + z ** 2 / total
  const centre = (rate + z ** 2 / (2 * total)) / scale
  const half = (z / scale) * Math.sqrt((rate * (1 - rate)) / total + z ** 2 / (4 * total ** 2))
  // The ends are exact there; floating-point arithmetic misses them.
  return { low: count === 0 ? 0 : centre - half, high: count === total ? 1 : centre + half }
}

/**
 * Returns the interval of a rate in percent: `2 to 14 %`.
 * @throws {RangeError} as `wilson`
 */
export function intervalText(count: number, total: number): string {
  const { low, high } = wilson(count, total)
  return `${percent(low)} to ${percent(high)} %`
}

/** Returns a share as a whole number of percent, unless it would look like none at all, or like all. */
function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 1) return value.toPrecision(1)
  return value.toFixed(value > 99 && value < 100 ? 2 : 0)
}
