// The views of the two sides, host and guest, of the pages of a file.
import type { ErrnoName } from '../agent/errno.ts'
import type { FrameRun } from '../agent/frame-runs.ts'
import type { PageLook } from '../agent/access.ts'
import type { Run, Tag } from '../model/reference-model.ts'
import type { words } from '../agent/vocabulary.ts'
import type { PageRange } from '../model/ranges.ts'

/** The number of pages of each size that the page tables of a guest map. */
export type GuestMappings = Readonly<Record<'4K' | '2M' | '1G', number>>

/** The accesses of the host through one mapping of a file. */
export interface HostView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Checks that each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** Checks that reads of all pages of the range, and writes to its first and its last page, are SIGBUS. */
  expectSigbus(range: PageRange): Promise<void>
  /** Returns the contents in runs, without any expectation; `mixed` is a page of different bytes. */
  look(range: PageRange): Promise<Run<PageLook>[]>
  /** Returns the page frame of each page that is mapped at this moment, and maps nothing. Requires `pagemap`. */
  frames(range: PageRange): Promise<readonly (number | 'unmapped')[]>
  /** Returns the same in runs of pages in consecutive frames: for large ranges. Requires `pagemap`. */
  frameRuns(range: PageRange): Promise<readonly FrameRun[]>
}

/** A way in which the kernel copies between the memory of a process and elsewhere. */
export type CopyWay = (typeof words.way)[number]

/** The copies that the kernel makes between the host's pages of a file and elsewhere, in one way. */
export interface CopyView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Checks that no page of the range can be copied, and that nothing can be copied to its first and its last page. */
  expectRefused(range: PageRange): Promise<void>
  /** Returns the contents in runs, without any expectation; `fault` is a page that cannot be copied. */
  look(range: PageRange): Promise<Run<PageLook>[]>
  /** The copies equal the model in each page: shared pages have its contents, and no other page can be copied. */
  matchesModel(range: PageRange): Promise<void>
}

/** The accesses of a vCPU to the guest addresses of a file. */
export interface GuestView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Checks that each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** Returns the contents in runs, without any expectation; `fault` is an exit with KVM_EXIT_MEMORY_FAULT. */
  look(range: PageRange): Promise<Run<PageLook>[]>
  /** Counts the 4K mappings of the guest, its code included: only differences are meaningful. Requires `binary-stats`. */
  mappedPages(): Promise<number>
  /** Counts the mappings of the guest for each page size. Requires `binary-stats`. */
  mappings(): Promise<GuestMappings>
}

/** The outcome of a memory error. */
export interface MemoryFailure {
  /** The frame, for `unpoison`. */
  readonly pfn: number
  /** The answer of the kernel: EBUSY if it could not handle the page. */
  readonly errno: ErrnoName
  /** SIGBUS (7) if the kernel killed the access at once, else 0. */
  readonly signal: number
  /** Of that signal: the si_code, the first byte in the file, and the binary logarithm of what is lost. */
  readonly signalCode: number
  readonly faultOffset: number
  readonly addressBits: number
}
