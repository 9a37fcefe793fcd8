// The options of `gmemtest repro --runs`.
import type { JobOptions } from '../job-options.ts'

/** The options of `gmemtest repro --runs`. */
export interface MeasureOptions extends Pick<JobOptions, 'accel' | 'append' | 'aptSuite' | 'output' | 'report'> {
  readonly results: string
  /** One kernel, or two to compare; that of the failure if not given. */
  readonly kernel?: readonly string[]
  readonly runs: number
  /** The width of the interval in percentage points at which a rate is known well enough. */
  readonly within?: number
}
