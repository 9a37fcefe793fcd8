// Page frames: where the pages of a mapping lie in memory, and the flags of frames.
import { slow } from './access.ts'
import { OperationGroup, type Outcome, type Result } from './wire/call.ts'
import type { Mapping } from './wire/fields.ts'
import type { Request } from './wire/operations.ts'
import { decodeRecords } from './wire/records.ts'

/** Consecutive pages in consecutive frames. */
export interface FrameRun {
  /** Counted from the start of the range. */
  readonly first: number
  readonly count: number
  /** The frame of the first page; missing where nothing is mapped. */
  readonly pfn?: number
}

/** The bit in /proc/kpageflags of a part of a HugeTLB page, free in its pool or not. */
export const hugeFlag = 1n << 17n

export class FrameOperations extends OperationGroup {
  /** Where the pages of a mapping are; looking maps nothing. */
  async runs(
    mapping: Mapping,
    offset: number,
    size: number,
  ): Promise<Outcome & { readonly runs: readonly FrameRun[] }> {
    const { tail, ...reply } = await this.call('frameRuns', { mapping, offset, size }, slow)
    const runs = decodeRecords('frameRun', tail, reply.runs)
    return { ...reply, runs: runs.map(({ pfn, ...run }) => (pfn === 0 ? run : { ...run, pfn })) }
  }

  /** How many frames there are from `pfn` on (up to the end of memory), and in how many `mask` selects `value`. */
  count(question: Request<'frameFlags'>): Promise<Result<'frameFlags'>> {
    return this.call('frameFlags', question, slow)
  }
}
