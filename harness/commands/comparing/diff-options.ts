// The options of `gmemtest diff`.
import type { JobOptions } from '../job-options.ts'

/** The options of `gmemtest diff`. */
export interface DiffOptions extends JobOptions {
  /** Another directory of scenarios. */
  readonly scenarios?: string
}

/** The two things that are compared: kernels, or directories of results. */
export type Pair = readonly [first: string, second: string]
