// What scenarios say about the threads of a race.
import type { PageState } from '../model/reference-model.ts'
import type { PageRange } from '../model/ranges.ts'

/** What one thread of a race does over and over, or so many times. All begin at the same moment. */
export type Racer = {
  /** Default: for as long as the race lasts. A first touch is `times: 1`. */
  readonly times?: number
} & (
  | ({ readonly range: PageRange } & RacerOnPages)
  | {
      /** Reads the start of a file, such as /proc/kpageflags. */
      readonly does: 'read-file'
      readonly path: string
    }
  | {
      /** Writes a text to a file, such as 1 to /proc/sys/vm/compact_memory. */
      readonly does: 'write-file'
      readonly path: string
      readonly text: string
    }
)

type RacerOnPages =
  | {
      /** Converts the range to `to` and back. */
      readonly does: 'convert'
      readonly to: PageState
      /** After each conversion to private the guest reads the range twice: a difference is a mismatch in the report. */
      readonly watched?: boolean
    }
  | {
      /**
       * Counts in the first word of each page and finds there what it wrote before, else that is a mismatch in the
       * report. Must be the only one who writes there. SIGBUS and memory faults are counted.
       */
      readonly does: 'host-count' | 'guest-count'
    }
  | {
      /** Reads the first word of each page; each guest that races has a vCPU of its own. Faults are counted. */
      readonly does: 'host-read' | 'guest-read'
    }
  | {
      /** Pins the pages and lets them go at once. */
      readonly does: 'pin'
    }
  | {
      /** Punches a hole and allocates it again. */
      readonly does: 'reallocate'
    }
