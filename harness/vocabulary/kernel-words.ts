// Words about the kernel as a whole: its memory, allocations that fail on purpose, control groups.
import type { Outcome } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { agentGroup } from '../oracle/counters.ts'
import { GuestError } from '../base/errors.ts'
import { groupPrefix } from '../base/huge-page-sizes.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import { expectDone } from './expect.ts'
import { readNumbers } from './pools.ts'

/** How much memory the kernel has and spends on struct pages, in 4K pages. */
export interface KernelMemory {
  readonly free: number
  /** Pages full of struct page, those of the boot included: HVO gives some of them back. */
  readonly structPages: number
}

/** What a control group is charged for huge pages, in bytes. */
export interface GroupCharges {
  readonly used: number
  readonly reserved: number
}

/** A control group that the agent is in until it is left. */
export interface Group {
  charges(size: HugePageSize): Promise<GroupCharges>
  /** Puts the agent back where it was and removes the group, which must be possible. */
  leave(): Promise<void>
}

const mostAllocations = 300

/** @throws {GuestError} COUNTER_MISSING where the kernel does not say it (need `memmap-counters`) */
export async function readKernelMemory(agent: Agent): Promise<KernelMemory> {
  const [vmstat] = await agent.files.batch([{ path: '/proc/vmstat' }])
  const value = (name: string): number => {
    const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(vmstat?.text ?? '')?.[1]
    if (digits !== undefined) return Number(digits)
    throw new GuestError('COUNTER_MISSING', `a counter cannot be read: ${name} in /proc/vmstat`, {
      hint: 'a scenario that looks at it has to need memmap-counters',
    })
  }
  return {
    free: value('nr_free_pages'),
    structPages: value('nr_memmap_pages') + value('nr_memmap_boot_pages'),
  }
}

/**
 * Does the operation again and again: at first its first allocation fails, then its second, until it has no more. After
 * each, `then` is told what came of it. Gives the number of allocations. The operation must be one system call under test.
 * @throws {GuestError} INJECTION_BROKEN when failures cannot be injected (need `fault-injection`)
 */
export async function failEachAllocation(
  agent: Agent,
  operation: () => Promise<Outcome>,
  then: (outcome: Outcome, nth: number) => Promise<void>,
): Promise<number> {
  for (let nth = 1; nth <= mostAllocations; nth += 1) {
    const { errno } = await agent.failNth(nth)
    if (errno !== 'OK') throw broken(`arming it is ${errno}`)
    const outcome = await operation()
    const { armed, fired } = await agent.failNthResult()
    if (!armed) throw broken('the operation has no system call under test')
    if (!fired) return nth - 1
    await then(outcome, nth)
  }
  throw broken(`the operation has more than ${mostAllocations} allocations`)
}

function broken(why: string): GuestError {
  return new GuestError('INJECTION_BROKEN', `allocations do not fail on purpose: ${why}`, {
    hint: 'the scenario has to need fault-injection',
  })
}

/** What the group of the agent is charged. */
export async function readCharges(
  agent: Agent,
  size: HugePageSize,
  group = agentGroup,
): Promise<GroupCharges> {
  const base = `${group}/${groupPrefix(size)}`
  const [used = 0, reserved = 0] = await readNumbers(agent, [`${base}.current`, `${base}.rsvd.current`])
  return { used, reserved }
}

/** Makes a control group and puts the agent into it. */
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
