// Figures of measurements, and the table of them with limits; a missed limit is no error.

/** One measured number. Absolute times depend on the computer; ratios within one run can be compared. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** The upper limit; missing for a number that only explains another one. */
  readonly limit?: number
  /** The lower limit, for a number that is better when it is greater. */
  readonly least?: number
}

/** One group of measurements, with a name for the command line. */
export interface Measurement {
  readonly name: string
  readonly summary: string
  readonly measure: (say: (progress: string) => void) => Promise<readonly Figure[]>
}

/** Computes the median. @throws {RangeError} without values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Computes the smallest value that at least this share of all values does not exceed. @throws {RangeError} without values */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values to take a quantile of')
  return value
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Formats the limit, and on which side of it the value is. */
function verdictOn({ value, unit, limit, least }: Figure): [limit: string, verdict: string] {
  if (limit !== undefined) return [`≤ ${limit} ${unit}`, value <= limit ? 'within' : 'OVER']
  if (least !== undefined) return [`≥ ${least} ${unit}`, value >= least ? 'within' : 'UNDER']
  return ['', '']
}

/** Formats the figures as a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [figure.what, `${rounded(figure.value)} ${figure.unit}`, ...verdictOn(figure)])
  const all = [['figure', 'measured', 'limit', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0), 3))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  const [header = [], ...body] = all
  return line(header) + line(widths.map((width) => '-'.repeat(width))) + body.map(line).join('')
}
