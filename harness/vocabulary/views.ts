// The two sides from which scenarios look at the pages of a file.
import type { ErrnoName } from '../agent/errno.ts'
import type { FrameRun } from '../agent/frame-runs.ts'
import type { PageLook } from '../agent/pages.ts'
import type { Run, Tag } from '../model/reference-model.ts'
import type { PageRange } from '../model/ranges.ts'

/** How many pages of each size the page tables of a guest map. */
export type GuestMappings = Readonly<Record<'4K' | '2M' | '1G', number>>

/** What the host does and sees through one mapping of a file. */
export interface HostView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** Reading any page of the range is SIGBUS, and so is writing the first one and the last one. */
  expectSigbus(range: PageRange): Promise<void>
  /** What is there, in runs, without any expectation; `mixed` is a page that is not full of one byte. */
  look(range: PageRange): Promise<Run<PageLook>[]>
  /** The page frame of each page that is mapped at this moment; looking maps nothing. Needs `pagemap`. */
  frames(range: PageRange): Promise<readonly (number | 'unmapped')[]>
  /** The same in runs of pages that are in frames one after another: for ranges of any size. Needs `pagemap`. */
  frameRuns(range: PageRange): Promise<readonly FrameRun[]>
}

/** What a vCPU does and sees at the guest addresses of a file. */
export interface GuestView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** What is there, in runs, without any expectation; `fault` is an exit with KVM_EXIT_MEMORY_FAULT. */
  look(range: PageRange): Promise<Run<PageLook>[]>
  /**
   * How many 4K pages the page tables of the guest map, its code included: compare it with what it was before. Needs
   * `binary-stats`.
   */
  mappedPages(): Promise<number>
  /** The same for each size of page. Needs `binary-stats`. */
  mappings(): Promise<GuestMappings>
}

/** What became of a memory error. */
export interface MemoryFailure {
  /** The frame, for `unpoison`. */
  readonly pfn: number
  /** What the kernel said: EBUSY when it did not know what to do with the page. */
  readonly errno: ErrnoName
  /** SIGBUS (7) when it struck the agent at once, else 0. */
  readonly signal: number
}
