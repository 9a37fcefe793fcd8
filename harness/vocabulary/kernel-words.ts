// Words about the memory of the kernel as a whole.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { exactFlushes, slabShrink } from '../oracle/counters.ts'
import { GuestError } from '../base/errors.ts'

/** The memory of the kernel, in 4K pages. */
export interface KernelMemory {
  readonly free: number
  /** Pages of struct pages, those of the boot included; HVO frees some of them. */
  readonly structPages: number
}

/**
 * Reads the free memory and the memory of struct pages.
 * @throws {GuestError} COUNTER_MISSING if the kernel lacks the counters (capability `memmap-counters`)
 */
export async function readKernelMemory(agent: Agent): Promise<KernelMemory> {
  const [vmstat] = await agent.files.batch([{ path: '/proc/vmstat' }])
  const value = (name: string): number => {
    const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(vmstat?.text ?? '')?.[1]
    if (digits !== undefined) return Number(digits)
    throw new GuestError('COUNTER_MISSING', `a counter cannot be read: ${name} in /proc/vmstat`, {
      hint: 'add memmap-counters to `needs` of the scenario',
    })
  }
  return {
    free: value('nr_free_pages'),
    structPages: value('nr_memmap_pages') + value('nr_memmap_boot_pages'),
  }
}

const mapleShrink = slabShrink('maple_node')

/**
 * Counts the nodes of all maple trees in the instance; the page tables of every process have some, so only differences are
 * meaningful. Replaced nodes are freed after an RCU grace period, and a slab keeps freed objects for each CPU: both are
 * flushed first, so that the number is exact.
 * @throws {GuestError} OPERATION_FAILED if the kernel lacks the counter (capability `slab-counters`)
 */
export async function countMapleNodes(agent: Agent): Promise<number> {
  for (const path of exactFlushes([mapleShrink])) await must(agent.files.writeFile(path, '1'))
  return agent.files.readNumber('/sys/kernel/slab/maple_node/objects')
}
