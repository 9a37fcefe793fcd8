// The pools that huge pages come from: their counters, their size, and what their pages were filled with last.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { memfdFlags } from '../uapi/constants.ts'
import { GuestError } from '../base/errors.ts'
import { hugePageBytes, poolDirectory } from '../base/huge-page-sizes.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import { expectDone } from './expect.ts'

/** A pool as the kernel counts it, in huge pages. */
export interface PoolCounters {
  readonly total: number
  /** Allocated by nobody; those that are reserved are among them. */
  readonly free: number
  readonly reserved: number
  readonly surplus: number
}

/** All pools of the machine. Need `hugetlb`. */
export interface PoolsView {
  /** The pool of a size. */
  counters(size: HugePageSize): Promise<PoolCounters>
  /** The part of a pool that lies in a NUMA node; reservations belong to no node. */
  countersOfNode(size: HugePageSize, node: number): Promise<Omit<PoolCounters, 'reserved'>>
  /** Makes the pool have so many pages and tells how many it has then. Leave it as it was. */
  resize(size: HugePageSize, count: number): Promise<number>
  /**
   * Fills all free pages of the pool with a byte and gives them back: what the next owner sees there is what nobody has
   * zeroed. Tells how many pages these were.
   */
  poison(size: HugePageSize, byte: number): Promise<number>
}

const memfdSize = { '2M': memfdFlags.huge2M, '1G': memfdFlags.huge1G } as const

/** The numbers in files, read in one round trip. */
export async function readNumbers(agent: Agent, paths: readonly string[]): Promise<readonly number[]> {
  const results = await agent.files.batch(paths.map((path) => ({ path })))
  return results.map(({ path, errno, text }) => {
    const digits = /\d+/.exec(text)?.[0]
    if (errno === 'OK' && digits !== undefined) return Number(digits)
    const why = errno === 'OK' ? `has no number but "${text.trim()}"` : errno
    throw new GuestError('COUNTER_MISSING', `a counter cannot be read: ${path} ${why}`, {
      hint: 'a scenario that looks at it has to need it',
    })
  })
}

/** The words about pools, on an agent. */
export function poolsOf(agent: Agent): PoolsView {
  async function read(base: string, names: readonly string[]): Promise<(name: string) => number> {
    const numbers = await readNumbers(
      agent,
      names.map((name) => `${base}/${name}_hugepages`),
    )
    return (name) => numbers[names.indexOf(name)] ?? Number.NaN
  }
  async function counters(size: HugePageSize): Promise<PoolCounters> {
    const names = ['nr', 'free', 'resv', 'surplus']
    const value = await read(poolDirectory(size), names)
    return { total: value('nr'), free: value('free'), reserved: value('resv'), surplus: value('surplus') }
  }
  return {
    counters,
    async countersOfNode(size, node) {
      const names = ['nr', 'free', 'surplus']
      const value = await read(poolDirectory(size, node), names)
      return { total: value('nr'), free: value('free'), surplus: value('surplus') }
    },
    async resize(size, count) {
      const path = `${poolDirectory(size)}/nr_hugepages`
      expectDone(
        await agent.files.writeFile(path, String(count)),
        `making the pool of ${size} have ${count} pages`,
      )
      return (await counters(size)).total
    },
    async poison(size, byte) {
      const { free, reserved } = await counters(size)
      const count = free - reserved
      if (count === 0) return 0
      const length = count * hugePageBytes[size]
      const { file } = await must(agent.files.memfd(length, memfdFlags.hugetlb | memfdSize[size]))
      const { mapping } = await must(agent.host.mmap({ file, length }))
      await must(agent.host.fill(mapping, 0, length, { byte }))
      await must(agent.host.munmap(mapping))
      await must(agent.close(file))
      return count
    },
  }
}
