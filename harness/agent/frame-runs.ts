// Page frames: where the pages of a mapping lie in memory, and what frames are used for.
import { accessMilliseconds } from './access.ts'
import type { Call, Outcome } from './wire/call.ts'
import type { Mapping } from './wire/fields.ts'

/** Pages one after another that are in frames one after another. */
export interface FrameRun {
  /** Counted from the start of the range. */
  readonly first: number
  readonly count: number
  /** The frame of the first page; missing where nothing is mapped at this moment. */
  readonly pfn?: number
}

/** Bits of /proc/kpageflags. */
export const frameFlags = {
  compoundHead: 1n << 15n,
  compoundTail: 1n << 16n,
  /** A part of a HugeTLB page, free in its pool or not. */
  huge: 1n << 17n,
  poisoned: 1n << 19n,
} as const

/** Frames from `pfn` on, and which bits of theirs must be what. */
interface FrameQuestion {
  readonly pfn: number
  readonly frames: number
  readonly mask: bigint
  readonly value: bigint
}

export interface FrameOperations {
  /** Where the pages of a mapping are; looking maps nothing. */
  runs(
    mapping: Mapping,
    offset: number,
    size: number,
  ): Promise<Outcome & { readonly runs: readonly FrameRun[] }>
  /** How many frames there are (up to the end of memory) and how many of them have these flags. */
  count(question: FrameQuestion): Promise<Outcome & { readonly frames: number; readonly matching: number }>
}

const recordSize = 24

function decodeRun(tail: Buffer, index: number): FrameRun {
  const word = (position: number): number => Number(tail.readBigUInt64LE(index * recordSize + position * 8))
  const pfn = word(2)
  return { first: word(0), count: word(1), ...(pfn === 0 ? {} : { pfn }) }
}

export function frameOperations(call: Call): FrameOperations {
  const slow = { milliseconds: accessMilliseconds }
  return {
    runs: async (mapping, offset, size) => {
      const { tail, ...reply } = await call('frameRuns', { mapping, offset, size }, slow)
      return { ...reply, runs: Array.from({ length: reply.runs }, (_, index) => decodeRun(tail, index)) }
    },
    count: (question) => call('frameFlags', question, slow),
  }
}
