// Runs of pages that look alike: the answer to a scan of memory.
import { decodeRecords } from './wire/records.ts'

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
