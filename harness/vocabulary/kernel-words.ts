// Words about the kernel as a whole: its memory, failing allocations, control groups.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { agentGroup, rcuBarrier } from '../oracle/counters.ts'
import { GuestError } from '../base/errors.ts'
import { groupPrefix, type HugePageSize } from '../base/huge-page-sizes.ts'
import { expectDone } from './check.ts'
import { readNumbers } from './pools.ts'

/** The memory of the kernel, in 4K pages. */
export interface KernelMemory {
  readonly free: number
  /** Pages of struct pages, those of the boot included; HVO frees some of them. */
  readonly structPages: number
}

/** The charges of a control group for huge pages, in bytes. */
export interface GroupCharges {
  readonly used: number
  readonly reserved: number
}

/** A control group with the agent in it. */
export interface Group {
  charges(size: HugePageSize): Promise<GroupCharges>
  /** Moves the agent back to its own group and removes this one, which must succeed. */
  leave(): Promise<void>
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

/** Reads the charges of a control group, by default the group of the agent. */
export async function readCharges(agent: Agent, size: HugePageSize, group = agentGroup): Promise<GroupCharges> {
  const base = `${group}/${groupPrefix(size)}`
  const [used = 0, reserved = 0] = await readNumbers(agent, [`${base}.current`, `${base}.rsvd.current`])
  return { used, reserved }
}

/** Creates a control group and moves the agent into it. */
export async function enterGroup(agent: Agent, name: string): Promise<Group> {
  const path = `/sys/fs/cgroup/${name}`
  const join = async (group: string): Promise<void> => {
    const reply = await agent.files.writeFile(`${group}/cgroup.procs`, String(agent.pid))
    expectDone(reply, `putting the agent into ${group}`)
  }
  expectDone(await agent.files.makeDirectory(path), `making the control group ${name}`)
  await join(path)
  return {
    charges: (size) => readCharges(agent, size, path),
    async leave() {
      await join(agentGroup)
      expectDone(await agent.files.removeDirectory(path), `removing the control group ${name}`)
    },
  }
}

const mapleSlab = '/sys/kernel/slab/maple_node'

/**
 * Counts the nodes of all maple trees in the instance; the page tables of every process have some, so only differences are
 * meaningful. Replaced nodes are freed after an RCU grace period, and a slab keeps freed objects for each CPU: both are
 * flushed first, so that the number is exact.
 * @throws {GuestError} OPERATION_FAILED if the kernel lacks the counter (capability `slab-counters`)
 */
export async function countMapleNodes(agent: Agent): Promise<number> {
  await must(agent.files.writeFile(rcuBarrier, '1'))
  await must(agent.files.writeFile(`${mapleSlab}/shrink`, '1'))
  return agent.files.readNumber(`${mapleSlab}/objects`)
}
