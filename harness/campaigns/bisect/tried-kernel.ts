// The step of a search: one kernel, and what it is.
import type { Share } from '../../base/statistics/fisher.ts'
import type { Mark } from './search.ts'

/** The result of one kernel. */
export interface Step {
  /** How many patches of the series the kernel has. */
  readonly applied: number
  readonly mark: Mark
  readonly message: string
  /** How many of its runs failed; absent when none had a verdict. */
  readonly failures?: Share
}
