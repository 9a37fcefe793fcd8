// The threads of a race, as scenarios describe them.
import type { PageState } from '../model/reference-model.ts'
import type { PageRange } from '../model/ranges.ts'

/** The work of one thread of a race, which it repeats. All threads start at the same moment. */
export type Racer = {
  /** The number of repetitions. Default: until the race ends. A first touch is `times: 1`. */
  readonly times?: number
} & (
  | ({ readonly range: PageRange } & RacerOnPages)
  /** Reads the start of a file, such as /proc/kpageflags. */
  | { readonly does: 'read-file'; readonly path: string }
  /** Writes a text to a file, such as 1 to /proc/sys/vm/compact_memory. */
  | { readonly does: 'write-file'; readonly path: string; readonly text: string }
  /** Signals all other threads of the race, again and again with a pause of so many nanoseconds; the handler does nothing. */
  | { readonly does: 'signal'; readonly pause: number }
)

type RacerOnPages =
  /**
   * Converts the range to `to` and back. `watched` lets the guest read the range twice after each conversion to private: a
   * difference is a mismatch.
   */
  | { readonly does: 'convert'; readonly to: PageState; readonly watched?: boolean }
  /**
   * Counts in the first word of each page. A word that differs from the last count is a mismatch in the report, so no other
   * thread may write there. SIGBUS and memory faults are counted.
   */
  | { readonly does: 'host-count' | 'guest-count' }
  /**
   * Reads the first word of each page; each guest in the race has a vCPU of its own. Faults are counted. With `byte`, a word
   * that is not made of this byte is a mismatch.
   */
  | { readonly does: 'host-read' | 'guest-read'; readonly byte?: number | undefined }
  /** Pins the pages and releases them at once. */
  | { readonly does: 'pin' }
  /** Punches a hole; allocates the range; or one after the other. */
  | { readonly does: 'punch' | 'allocate' | 'reallocate' }
  /** Maps the range anew, reads each page, and unmaps it. SIGBUS is counted. */
  | { readonly does: 'map' }
  /** Forks a child that reads each page and ends. */
  | { readonly does: 'fork' }
  /** Binds the range to a memslot at its guest address, and deletes the memslot: no other may have the range. */
  | { readonly does: 'bind' }
