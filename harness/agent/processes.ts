// Children of the agent: the same operations in another process, with its own page tables.
import type { Call, Outcome } from './wire/call.ts'
import type { Child } from './wire/fields.ts'
import { signals } from '../uapi/constants.ts'

/** How a child ended. */
export interface ChildEnd extends Outcome {
  /** False: it was ended by `signal`. */
  readonly exited: boolean
  readonly exitCode: number
  readonly signal: number
}

export interface ChildOperations {
  /** Ends the child at once and waits for it. */
  kill(child: Child): Promise<ChildEnd>
}

export function childOperations(call: Call): ChildOperations {
  return {
    kill: async (child) => {
      await call('childKill', { child, signal: signals.kill })
      return call('childWait', { child, timeout: 5_000 })
    },
  }
}
