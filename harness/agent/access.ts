// Accesses by the host and by the guest: their patterns, their deadline, and the runs of alike pages that a scan finds.
import type { words } from './vocabulary.ts'
import { byte } from '../base/units.ts'
import { decodeRecords } from './wire/records.ts'

/**
 * A pattern that memory is filled with, or compared to: every byte of the range is `byte`, or every 64-bit word of a page is
 * made from `seed` and the index of the page within the access, so that two exchanged pages differ as well.
 */
export type Pattern = { readonly byte: number } | { readonly seed: number | bigint }

/** The fields of a request that stand for a pattern. */
export function encodePattern(pattern: Pattern): {
  pattern: (typeof words.pattern)[number]
  value: number | bigint
} {
  return 'byte' in pattern ? { pattern: 'byte', value: byte(pattern.byte) } : { pattern: 'page', value: pattern.seed }
}

/** Long enough to touch a few GiB of memory, or to convert 64K pages, under emulation. */
export const slow = { milliseconds: 60_000 } as const

/** The byte that fills the whole page, or why there is none. `fault`: KVM_EXIT_MEMORY_FAULT. */
export type PageLook = number | 'sigbus' | 'sigsegv' | 'fault' | 'mixed'

/** Consecutive pages that look alike, counted from the start of the scan. */
export interface PageRun<Look extends PageLook = PageLook> {
  readonly first: number
  readonly count: number
  readonly value: Look
}

/** Reads the records that a scan ends with. */
export function decodeRuns(tail: Buffer, runs: number): PageRun[] {
  return decodeRecords('pageRun', tail, runs).map(({ first, count, look, tag }) => ({
    first,
    count,
    value: look === 'tag' ? tag : look,
  }))
}
