// What accesses by the host and by the guest have in common.
import type { patterns } from './vocabulary.ts'

/** What memory is filled with, or compared to. */
export type Pattern =
  | {
      /** Every byte of the range. */
      readonly byte: number
    }
  | {
      /**
       * Every 64-bit word of a page is made from this seed and the index of the page within the access, so that a page
       * that was exchanged for another one is noticed too.
       */
      readonly seed: number | bigint
    }

/** The fields of a request that stand for a pattern. */
export function encodePattern(pattern: Pattern): {
  pattern: (typeof patterns)[number]
  value: number | bigint
} {
  return 'byte' in pattern
    ? { pattern: 'byte', value: pattern.byte }
    : { pattern: 'page', value: pattern.seed }
}

/** Where memory differs from a pattern. */
export interface Difference {
  /** How many 64-bit words differ; 0 when all is as it should be. */
  readonly mismatches: number
  /** Where the first one is, counted from the start of the access, and the words there. */
  readonly mismatchOffset: number
  readonly wanted: bigint
  readonly found: bigint
}

/** Time for touching up to a few GiB of memory under emulation. */
export const accessMilliseconds = 60_000
