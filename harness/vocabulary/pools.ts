// The pools of huge pages: their counters, their size, and the data in their free pages.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { memfdFlags } from '../uapi/constants.ts'
import { GuestError } from '../base/errors.ts'
import { hugePageBytes, poolDirectory, type HugePageSize } from '../base/huge-page-sizes.ts'
import { check, expectDone } from './check.ts'
import { waitUntil } from './kernel/wait-until.ts'

/** The counters of a pool, in huge pages. */
export interface PoolCounters {
  readonly total: number
  /** Not allocated; includes the reserved pages. */
  readonly free: number
  readonly reserved: number
  readonly surplus: number
}

/** The pools of the instance. Requires `hugetlb`. */
export interface PoolsView {
  /** Reads the counters of the pool of a size. */
  counters(size: HugePageSize): Promise<PoolCounters>
  /** Waits until as many pages are free as `wanted` has, since the kernel may return them later; then the counters must be these. */
  expectBack(size: HugePageSize, wanted: PoolCounters, what: string): Promise<void>
  /** Changes the size of the pool, and returns the size that it has then. The scenario must restore it. */
  resize(size: HugePageSize, count: number): Promise<number>
  /** Fills all free pages of the pool with a byte: a page that is not zeroed later shows it. Returns their number. */
  poison(size: HugePageSize, byte: number): Promise<number>
}

const memfdSize = { '2M': memfdFlags.huge2M, '1G': memfdFlags.huge1G } as const

/**
 * Reads the first number of each file, in one round trip.
 * @throws {GuestError} COUNTER_MISSING if a file cannot be read or has no number
 */
export async function readNumbers(agent: Agent, paths: readonly string[]): Promise<readonly number[]> {
  const results = await agent.files.batch(paths.map((path) => ({ path })))
  return results.map(({ path, errno, text }) => {
    const digits = /\d+/.exec(text)?.[0]
    if (errno === 'OK' && digits !== undefined) return Number(digits)
    const why = errno === 'OK' ? `has no number but "${text.trim()}"` : errno
    throw new GuestError('COUNTER_MISSING', `a counter cannot be read: ${path} ${why}`, {
      hint: 'add the capability of this counter to `needs` of the scenario',
    })
  })
}

/** Creates the words about pools. */
export function poolsOf(agent: Agent): PoolsView {
  async function read(base: string, names: readonly string[]): Promise<readonly number[]> {
    const paths = names.map((name) => `${base}/${name}_hugepages`)
    return readNumbers(agent, paths)
  }
  async function counters(size: HugePageSize): Promise<PoolCounters> {
    const names = ['nr', 'free', 'resv', 'surplus']
    const [total = NaN, free = NaN, reserved = NaN, surplus = NaN] = await read(poolDirectory(size), names)
    return { total, free, reserved, surplus }
  }
  return {
    counters,
    async expectBack(size, wanted, what) {
      await waitUntil(agent, async () => (await counters(size)).free >= wanted.free)
      check.equal(await counters(size), wanted, what)
    },
    async resize(size, count) {
      const path = `${poolDirectory(size)}/nr_hugepages`
      expectDone(await agent.files.writeFile(path, String(count)), `making the pool of ${size} have ${count} pages`)
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
