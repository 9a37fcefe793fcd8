// How much memory the kernel spends on knowing the state of pages: nodes of maple trees, counted from outside.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { rcuBarrier } from '../oracle/counters.ts'

const slab = '/sys/kernel/slab/maple_node'

/**
 * The nodes of all maple trees in the system, those of the page tables of every process included: only a difference
 * means something. Nodes that were replaced are freed after an RCU grace period, and a slab keeps freed objects for
 * each CPU: both are flushed first, so that the number is exact.
 * @throws {GuestError} OPERATION_FAILED when the kernel does not say it (need `slab-counters`)
 */
export async function countMapleNodes(agent: Agent): Promise<number> {
  await must(agent.files.writeFile(rcuBarrier, '1'))
  await must(agent.files.writeFile(`${slab}/shrink`, '1'))
  return agent.files.readNumber(`${slab}/objects`)
}
