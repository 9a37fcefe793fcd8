// Patterns and deadlines of accesses by the host and by the guest.
import type { words } from './vocabulary.ts'

/** A pattern that memory is filled with, or compared to. */
export type Pattern =
  | {
      /** Every byte of the range. */
      readonly byte: number
    }
  | {
      /**
       * Every 64-bit word of a page is made from this seed and the index of the page within the access, so that two
       * exchanged pages differ as well.
       */
      readonly seed: number | bigint
    }

/** The fields of a request that stand for a pattern. */
export function encodePattern(pattern: Pattern): {
  pattern: (typeof words.pattern)[number]
  value: number | bigint
} {
  return 'byte' in pattern ? { pattern: 'byte', value: pattern.byte } : { pattern: 'page', value: pattern.seed }
}

/** Long enough to touch a few GiB of memory under emulation. */
export const slow = { milliseconds: 60_000 } as const
