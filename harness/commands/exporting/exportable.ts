// What can be exported: the program of a failed test, or one of `gmemtest fuzz`.
import type { TestFinished } from '../../report/events.ts'
import type { BootProfile } from '../../vm/profile.ts'

/** A program with what its forms need beside it. */
export interface Exportable {
  /** The file that it was read from. */
  readonly file: string
  /** Renders the C program. @throws {UsageError} when C cannot do one of its operations */
  readonly source: () => Promise<string>
  /** The kernel on which it failed; missing for a program without the results of a run beside it. */
  readonly kernel: string | undefined
  readonly mutant: string | undefined
  readonly profile: BootProfile
  /** Tells whether a test left this file. */
  readonly isLeftBy: (event: TestFinished) => boolean
}
