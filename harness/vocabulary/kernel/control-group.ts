// Control groups for huge pages: who is charged, in which node, and what is refused.
import type { Agent } from '../../agent/client.ts'
import { must } from '../../agent/wire/call.ts'
import { GuestError } from '../../base/errors.ts'
import { groupPrefix, type HugePageSize } from '../../base/huge-page-sizes.ts'
import { agentGroup } from '../../oracle/counters.ts'
import { expectDone } from '../check.ts'
import { readNumbers } from '../pools.ts'
import { waitUntil } from './wait-until.ts'

/** The charges of a control group for huge pages, in bytes. */
export interface GroupCharges {
  readonly used: number
  readonly reserved: number
}

/** The bytes that a group uses, as its file for NUMA nodes tells. */
interface GroupNodes {
  readonly total: number
  readonly perNode: readonly number[]
}

/** A control group. */
export interface Group {
  charges(size: HugePageSize): Promise<GroupCharges>
  nodes(size: HugePageSize): Promise<GroupNodes>
  /** Limits the use or the reservations, in bytes; `max` is no limit. */
  limit(size: HugePageSize, what: keyof GroupCharges, bytes: number | 'max'): Promise<void>
  /** Counts the charges that a limit of the group has refused so far. */
  refusals(size: HugePageSize): Promise<number>
  /** Moves the agent, or another process, into the group. */
  enter(pid?: number): Promise<void>
  /** Moves the agent back to its own group and removes this one, which must succeed. */
  leave(): Promise<void>
}

const root = '/sys/fs/cgroup'

/** Parses the number behind a name. */
function fieldOf(text: string, name: string, path: string): number {
  const digits = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]
  if (digits !== undefined) return Number(digits)
  throw new GuestError('COUNTER_MISSING', `a counter cannot be read: ${path} has no field ${name}`, {
    hint: 'add hugetlb-cgroup to `needs` of the scenario',
  })
}

/** Reads the charges of a control group, by default the group of the agent. */
export async function readCharges(agent: Agent, size: HugePageSize, group = agentGroup): Promise<GroupCharges> {
  const base = `${group}/${groupPrefix(size)}`
  const [used = 0, reserved = 0] = await readNumbers(agent, [`${base}.current`, `${base}.rsvd.current`])
  return { used, reserved }
}

/**
 * Waits until no removed group is left below the root, and returns their number if some stay.
 * @throws {GuestError} COUNTER_MISSING if the kernel does not tell their number
 */
export async function countDyingGroups(agent: Agent): Promise<number> {
  const path = `${root}/cgroup.stat`
  let left = Infinity
  await waitUntil(agent, async () => {
    const { data } = await must(agent.files.readFile(path))
    left = fieldOf(data.toString(), 'nr_dying_descendants', path)
    return left === 0
  })
  return left
}

/** Creates a control group and moves the agent into it. */
export async function enterGroup(agent: Agent, name: string): Promise<Group> {
  const path = `${root}/${name}`
  const join = async (group: string, pid: number): Promise<void> => {
    const reply = await agent.files.writeFile(`${group}/cgroup.procs`, String(pid))
    expectDone(reply, `putting process ${pid} into ${group}`)
  }
  const textOf = async (size: HugePageSize, file: string): Promise<string> =>
    (await must(agent.files.readFile(`${path}/${groupPrefix(size)}.${file}`))).data.toString()
  expectDone(await agent.files.makeDirectory(path), `making the control group ${name}`)
  await join(path, agent.pid)
  return {
    charges: (size) => readCharges(agent, size, path),
    async nodes(size) {
      const [total = NaN, ...perNode] = [...(await textOf(size, 'numa_stat')).matchAll(/=(\d+)/g)].map(([, digits]) =>
        Number(digits),
      )
      return { total, perNode }
    },
    async limit(size, what, bytes) {
      const file = `${path}/${groupPrefix(size)}.${what === 'used' ? 'max' : 'rsvd.max'}`
      expectDone(await agent.files.writeFile(file, String(bytes)), `limiting the control group ${name}`)
    },
    refusals: async (size) => fieldOf(await textOf(size, 'events'), 'max', `${path}/${groupPrefix(size)}.events`),
    enter: (pid = agent.pid) => join(path, pid),
    async leave() {
      await join(agentGroup, agent.pid)
      expectDone(await agent.files.removeDirectory(path), `removing the control group ${name}`)
    },
  }
}
