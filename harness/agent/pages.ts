// What a scan of memory answers: runs of pages that look alike.
import { ProtocolError } from '../base/errors.ts'

/** A byte that fills the whole page, or what is the matter with the page. `fault`: KVM_EXIT_MEMORY_FAULT. */
export type PageLook = number | 'sigbus' | 'sigsegv' | 'fault' | 'mixed'

/** Consecutive pages that look alike, counted from the start of the scan. */
export interface PageRun<Look extends PageLook = PageLook> {
  readonly first: number
  readonly count: number
  readonly value: Look
}

const recordSize = 16
/** The position is the number on the wire; a `tag` is the byte that fills the page. */
const looks = ['tag', 'mixed', 'sigbus', 'sigsegv', 'fault'] as const

/** Reads the records that a scan ends with. */
export function decodeRuns(tail: Buffer, runs: number): PageRun[] {
  if (tail.length !== runs * recordSize) {
    throw new ProtocolError(
      'AGENT_GARBAGE',
      `a scan of ${runs} runs has ${tail.length} bytes, not ${runs * recordSize}`,
    )
  }
  return Array.from({ length: runs }, (_, index) => {
    const at = index * recordSize
    const look = looks[tail.readUInt32LE(at + 8)]
    if (look === undefined) throw new ProtocolError('AGENT_GARBAGE', `run ${index} of a scan has no look`)
    return {
      first: tail.readUInt32LE(at),
      count: tail.readUInt32LE(at + 4),
      value: look === 'tag' ? tail.readUInt32LE(at + 12) : look,
    }
  })
}
