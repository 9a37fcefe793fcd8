// The resources that the kernel holds: objects of all slabs, pages, huge pages, descriptors of the agent.
import type { Agent } from '../../agent/client.ts'
import type { BatchResult } from '../../agent/files.ts'
import { must } from '../../agent/wire/call.ts'
import { GuestError } from '../../base/errors.ts'
import { hugePageSizes, poolDirectory } from '../../base/huge-page-sizes.ts'
import { exactFlushes, slabShrink } from '../../oracle/counters.ts'

interface Amount {
  readonly held: number
  /** Growth that other work of the kernel can cause, in any number of rounds. */
  readonly noise: number
}

/** Amounts by name. */
export type Footprint = ReadonlyMap<string, Amount>

const slabinfo = '/proc/slabinfo'
const zoneinfo = '/proc/zoneinfo'
/** Writing to it adds up the differences that each CPU still keeps for itself, of a hundred pages or so. */
const statRefresh = '/proc/sys/vm/stat_refresh'
/** A cache of the kernel that fills up for the first time. */
const pageNoise = 100

/** Free pages count downwards, so that more resources are a larger number. */
const inPools = hugePageSizes.flatMap((size) => [
  [`huge pages of ${size}`, `${poolDirectory(size)}/free_hugepages`, -1] as const,
  [`reserved huge pages of ${size}`, `${poolDirectory(size)}/resv_hugepages`, 1] as const,
])

const memoryPages = 'pages of memory'
const slabPrefix = 'objects of slab '
/**
 * Slabs whose objects are freed late and many at a time: the addresses of freed virtual areas, and the notes of kmemleak
 * about the objects of all slabs.
 */
const freedLate = new Set(['vmap_area', 'kmemleak_object'])

/** Slabs that hardly any other work of the kernel uses. */
const quiet = new Set(['radix_tree_node', 'kvm_gmem_inode', 'kvm_gmem_inode_cache'])

/** All objects of the page from which a CPU takes the next one count, until the next flush: those of a page or two each. */
function noiseOf(slab: string, perPage: number): number {
  return quiet.has(slab) ? 8 : 4 * perPage
}

interface Slab {
  readonly name: string
  readonly objects: number
  /** Objects in one slab, which is a page or more. */
  readonly perSlab: number
  readonly pages: number
}

function slabsIn(text: string): Slab[] {
  const lines = text.matchAll(/^(\S+) +(\d+) +\d+ +\d+ +(\d+) +(\d+) :.*: slabdata +\d+ +(\d+) /gm)
  return Array.from(lines, ([, name = '', objects, perSlab, pagesPerSlab, slabs]) => ({
    name,
    objects: Number(objects),
    perSlab: Number(perSlab),
    pages: Number(pagesPerSlab) * Number(slabs),
  }))
}

/** What the operations under test are made of: a leak of one object in each round must not hide here. */
const watched =
  /^(?:objects of slab (?:maple_node|kvm_gmem_inode(?:_cache)?|radix_tree_node|filp|dentry|vm_area_struct|kmalloc-(?:cg-)?(?:32|64|96|128|192|256|512))|pages of memory)$/

/** Counts the free pages of all zones. Those in the lists of the CPUs, which may be thousands, are free as well. */
function freePagesIn(text: string): number {
  return [...text.matchAll(/^ +(?:pages free +|count: +)(\d+)$/gm)].reduce((sum, [, digits]) => sum + Number(digits), 0)
}

function missing(path: string, why: string): GuestError {
  return new GuestError('COUNTER_MISSING', `a counter cannot be read: ${path} ${why}`, {
    hint: 'add slab-counters to `needs` of the scenario',
  })
}

/** Parses the counter of a pool; nothing if the instance has no pool of this size. */
function countIn(pool: BatchResult | undefined): number | undefined {
  if (pool === undefined || pool.errno === 'ENOENT') return undefined
  if (pool.errno !== 'OK' || !/^\d+\n?$/.test(pool.text)) throw missing(pool.path, pool.errno)
  return Number(pool.text)
}

/**
 * Reads all resources, after a flush of slabs in the same request, which takes the freed objects out of the caches of the CPUs.
 */
async function read(agent: Agent, flushed: readonly string[] = []): Promise<Footprint> {
  const { open, withoutFile } = await must(agent.descriptors())
  const shrinks = flushed
    .filter((name) => name.startsWith(slabPrefix))
    .map((name) => slabShrink(name.slice(slabPrefix.length)))
  const slabFlush = flushed.length === 0 ? [] : exactFlushes(shrinks)
  const flush = [...slabFlush, statRefresh].map((path) => ({ path, text: '1' }))
  const looks = [slabinfo, zoneinfo, ...inPools.map(([, path]) => path)].map((path) => ({ path }))
  const results = await agent.files.batch([...flush, ...looks])
  const readable = results.slice(0, flush.length + 2)
  for (const { path, errno } of readable) if (errno !== 'OK') throw missing(path, errno)
  const [slabs = '', zones = ''] = readable.slice(flush.length).map(({ text }) => text)
  const all = slabsIn(slabs)
  const counted = all.filter(({ name }) => !freedLate.has(name))
  const late = all.filter(({ name }) => freedLate.has(name))
  const free = freePagesIn(zones)
  if (counted.length === 0) throw missing(slabinfo, 'has no slab')
  if (free === 0) throw missing(zoneinfo, 'has no free page')
  const pools = results.slice(readable.length)
  return new Map([
    ...counted.map(({ name, objects, perSlab }): [string, Amount] => [
      `${slabPrefix}${name}`,
      { held: objects, noise: noiseOf(name, perSlab) },
    ]),
    [memoryPages, { held: -free - late.reduce((sum, { pages }) => sum + pages, 0), noise: pageNoise }],
    ...inPools.flatMap(([name, , factor], index) => {
      const count = countIn(pools[index])
      return count === undefined ? [] : [[name, { held: factor * count, noise: 0 }] as const]
    }),
    ['descriptors of the agent', { held: open + withoutFile, noise: 0 }],
  ])
}

/**
 * Reads the resources that the kernel holds now.
 * @throws {GuestError} COUNTER_MISSING if a file cannot be read or has no number
 */
export async function readFootprint(agent: Agent): Promise<Footprint> {
  return read(agent, [...(await read(agent)).keys()])
}

function growthSince(before: Footprint, after: Footprint, limit: number): Map<string, number> {
  const growth = [...after].flatMap(([name, { held, noise }]): [string, number][] => {
    const by = held - (before.get(name)?.held ?? 0)
    return by >= Math.max(limit, noise) ? [[name, by]] : []
  })
  return new Map(growth)
}

/** Lists the resources of which the kernel holds more than before, by at least `limit`. */
export async function readGrowth(agent: Agent, before: Footprint, limit: number): Promise<Map<string, number>> {
  const found = growthSince(before, await read(agent), limit)
  if (found.size === 0) return found
  // The pages may belong to freed objects of any slab.
  const flushed = found.has(memoryPages) ? before : found
  return growthSince(before, await read(agent, [...flushed.keys()]), limit)
}

/** Lists the resources that count where so many more of them could be noise: a look must find twice as many as the noise. */
export function hiddenBy(footprint: Footprint, growth: number): readonly string[] {
  return [...footprint].filter(([name, { noise }]) => watched.test(name) && growth < 2 * noise).map(([name]) => name)
}
