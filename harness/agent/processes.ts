// Children of the agent: the same operations in another process, with its own page tables.
import { signals } from '../uapi/constants.ts'
import type { Call, Result } from './wire/call.ts'
import type { Child } from './wire/fields.ts'

/** How a child ended. */
export type ChildEnd = Result<'childWait'>

/** Ends the child at once and waits for its end. */
export async function killChild(call: Call, child: Child): Promise<ChildEnd> {
  await call('childKill', { child, signal: signals.kill })
  return call('childWait', { child, timeout: 5_000 })
}
