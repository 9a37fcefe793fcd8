// The durations of the conversions of a scenario, by operation: a slower kernel shows in them, and not in the time of a test.
import type { HugePageSize } from '../../base/huge-page-sizes.ts'
import { hugePageBytes } from '../../base/huge-page-sizes.ts'
import { sizeOf, type PageRange } from '../../model/ranges.ts'
import type { PageState } from '../../model/reference-model.ts'

const pageBytes = 4096

/** The durations of one operation. */
interface OperationTime {
  /** `4K`, or `split` and `merge` with the size of the huge page. */
  readonly operation: string
  readonly count: number
  /** In the kernel, in nanoseconds. */
  readonly median: number
  /** The 99th percentile. */
  readonly high: number
}

/** Gathers durations; conversions of other ranges than one page are left out, since they cannot be compared. */
export class ConversionTimes {
  readonly #times = new Map<string, number[]>()

  /** Notes a conversion that succeeded, of a file with huge pages of a size or without. */
  note(hugePages: HugePageSize | undefined, to: PageState, range: PageRange, nanoseconds: number): void {
    const size = sizeOf(range)
    const isOne = size === (hugePages === undefined ? pageBytes : hugePageBytes[hugePages])
    if (!isOne) return
    const operation = hugePages === undefined ? '4K' : `${to === 'shared' ? 'split' : 'merge'} ${hugePages}`
    const times = this.#times.get(operation) ?? []
    times.push(nanoseconds)
    this.#times.set(operation, times)
  }

  /** Returns a summary of each operation. */
  summary(): OperationTime[] {
    return Array.from(this.#times, ([operation, times]) => ({
      operation,
      count: times.length,
      median: quantileOf(times, 0.5),
      high: quantileOf(times, 0.99),
    }))
  }
}

function quantileOf(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
