// What became of one test, before it is judged.
import type { Examined } from './post-mortem.ts'
import type { Happening } from './verdict.ts'

/** What became of one scenario, before anybody judges it. */
export interface Attempt extends Happening, Examined {
  /** The last operations of the agent, oldest first. */
  readonly operations: readonly string[]
  /** The console lines of the window, without the markers. */
  readonly console: readonly string[]
  /** Whether it ever began: what happened before is not its doing. */
  readonly hasBegun: boolean
  /** Where on the console the window of the next scenario begins. */
  readonly nextWindow: number
  readonly milliseconds: number
}
