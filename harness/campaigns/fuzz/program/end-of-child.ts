// The children of a program: processes that have the mappings and the pins of the agent at the time of their fork.
import type { Made } from '../../../agent/wire/codec.ts'
import { signals } from '../../../uapi/constants.ts'
import type { Plan } from './plan.ts'

/** A child that was killed is gone within milliseconds, also on a busy computer. */
const patience = 10_000

/** Adds the operations that kill a child, and wait until it has given back all that it had. */
export function endChild(child: Made, plan: Plan): void {
  plan.add('childKill', { child, signal: signals.kill })
  plan.add('childWait', { child, timeout: patience }, { fields: { exited: false, signal: signals.kill } })
}
