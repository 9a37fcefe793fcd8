// The counters of the kernel that must return to their values when all resources of a test are closed.
import type { BatchResult } from '../agent/files.ts'
import { groupPrefix, hugePageSizes, poolDirectory } from '../base/huge-page-sizes.ts'

interface Counter {
  readonly name: string
  /** The first of these files that exists has the counter. */
  readonly files: readonly string[]
  /** Parses the counter from the text of the file; nothing when the text has no such number. */
  readonly parse: (text: string) => number | undefined
  /** The largest change that is no leak. */
  readonly tolerance: number
  /** The direction of a change that is a leak. */
  readonly leaks: 'either way' | 'downwards'
  /** The feature without which the counter is missing; every kernel has a counter without a feature. */
  readonly feature?: Feature
}

/** Features that a kernel may lack. */
type OfHugePages = 'hugetlb' | 'hugetlb-cgroup'
type Feature = OfHugePages | `${OfHugePages}-1g` | 'slab-counters' | 'gmem-inode-counter' | 'memmap-counters'

/** The counters that the kernel has, by name. */
export type Counters = ReadonlyMap<string, number>

/** The control group of the agent. */
export const agentGroup = '/sys/fs/cgroup/gmemtest'

function firstNumber(text: string): number | undefined {
  const digits = /\d+/.exec(text)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

/** Makes a parser that adds up the numbers behind these names in lines `NAME NUMBER`. */
function sumOf(...names: readonly string[]): (text: string) => number | undefined {
  return (text) => {
    const values = names.map((name) => new RegExp(`^${name}:? +(\\d+)`, 'm').exec(text)?.[1])
    return values.includes(undefined) ? undefined : values.reduce((sum, value) => sum + Number(value), 0)
  }
}

const featuresOf = {
  '2M': { ofPool: 'hugetlb', ofGroup: 'hugetlb-cgroup' },
  '1G': { ofPool: 'hugetlb-1g', ofGroup: 'hugetlb-cgroup-1g' },
} as const

/** Makes a counter that must return to exactly the same value. */
function exact(name: string, files: string | readonly string[], feature: Feature): Counter {
  return { name, files: [files].flat(), parse: firstNumber, tolerance: 0, leaks: 'either way', feature }
}

const pools: readonly Counter[] = hugePageSizes.flatMap((size) =>
  ['nr', 'free', 'resv', 'surplus'].map((what) =>
    exact(`${what}_hugepages of ${size}`, `${poolDirectory(size)}/${what}_hugepages`, featuresOf[size].ofPool),
  ),
)

const groups: readonly Counter[] = hugePageSizes.flatMap((size) =>
  ['current', 'rsvd.current'].map((what) => {
    const file = `${groupPrefix(size)}.${what}`
    return exact(`${file} of the agent's control group`, `${agentGroup}/${file}`, featuresOf[size].ofGroup)
  }),
)

const slab = '/sys/kernel/slab'
/** The slab of the inodes of guest_memfd, in a series that adds it and in mainline. */
const inodeSlabs = ['kvm_gmem_inode', 'kvm_gmem_inode_cache'] as const
const inodeCounters: readonly string[] = inodeSlabs.map((name) => `${slab}/${name}/objects`)

const system: readonly Counter[] = [
  exact('inodes of guest_memfd files', inodeCounters, 'gmem-inode-counter'),
  {
    ...exact('nodes of maple trees (slab maple_node)', `${slab}/maple_node/objects`, 'slab-counters'),
    // The trees of all processes count.
    tolerance: 64,
  },
  {
    ...exact('pages of struct page (nr_memmap_pages and nr_memmap_boot_pages)', '/proc/vmstat', 'memmap-counters'),
    parse: sumOf('nr_memmap_pages', 'nr_memmap_boot_pages'),
  },
  {
    // Pages alone: freed objects stay in the slabs while KASAN holds them back, up to a 32th of the memory.
    name: 'free pages and slabs in kB',
    files: ['/proc/meminfo'],
    parse: sumOf('MemFree', 'Slab'),
    // The buffers of the agent, the caches of the kernel, and the free lists of the CPUs, of 20 MB and more: 33 MB were seen
    // on a good kernel that was busy.
    tolerance: 64 * 1024,
    leaks: 'downwards',
  },
]

export const counters: readonly Counter[] = [...pools, ...groups, ...system]

/** The files of all counters, each once. */
export const counterFiles: readonly string[] = [...new Set(counters.flatMap(({ files }) => files))]

/** Writing 1 to this file makes the counters of a slab exact: otherwise they include freed objects in the caches of CPUs. */
export function slabShrink(name: string): string {
  return `${slab}/${name}/shrink`
}

/** The files that make the slab counters above exact. */
export const slabFlushes: readonly string[] = [...inodeSlabs, 'maple_node'].map((name) => slabShrink(name))

/** Writing 1 to this file waits until RCU has freed all that it was given. */
export const rcuBarrier = '/sys/module/rcutree/parameters/do_rcu_barrier'

/**
 * Returns the files to write 1 to, in this order, so that the counters of slabs are exact. The first shrink moves the objects
 * in the caches of the CPUs to another place where they count: to other slabs, or, since Linux 6.18, to RCU.
 */
export function exactFlushes(shrinks: readonly string[]): readonly string[] {
  return [rcuBarrier, ...shrinks, rcuBarrier, ...shrinks]
}

/** The files that tell which features a kernel has. */
export const featureFiles: readonly string[] = ['/proc/filesystems', '/proc/cgroups', '/proc/meminfo', '/proc/vmstat']

/** Lists the feature files that cannot be read; `/proc/cgroups` may be missing, in a kernel without control groups. */
export function unreadableFeatures(files: readonly BatchResult[]): string[] {
  const read = new Map(files.map((file) => [file.path, file.errno]))
  return featureFiles.flatMap((path) => {
    const errno = read.get(path) ?? 'was not read'
    return errno === 'OK' || (errno === 'ENOENT' && path === '/proc/cgroups') ? [] : [`${path} ${errno}`]
  })
}

/**
 * Finds the features that the kernel lacks by its feature files. The missing file of a counter proves nothing: it may mean
 * that the oracle is broken.
 */
export function featuresWithout(files: readonly BatchResult[]): Set<string> {
  const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? ''
  const has = (path: string, expression: RegExp): boolean => expression.test(textOf(path))
  const hugetlb = has('/proc/filesystems', /\thugetlbfs$/m)
  // The line exists if the CPU has pages of 1G.
  const gigantic = hugetlb && has('/proc/meminfo', /^DirectMap1G:/m)
  const grouped = has('/proc/cgroups', /^hugetlb\t/m)
  const features = {
    hugetlb,
    'hugetlb-1g': gigantic,
    'hugetlb-cgroup': hugetlb && grouped,
    'hugetlb-cgroup-1g': gigantic && grouped,
    // Since Linux 6.10.
    'memmap-counters': has('/proc/vmstat', /^nr_memmap_pages /m),
  } as const
  return new Set(Object.entries(features).flatMap(([name, there]) => (there ? [] : [name])))
}

/** Parses all counters; those that cannot be read are listed unless the kernel lacks their feature. */
export function readCounters(
  files: readonly BatchResult[],
  without: ReadonlySet<string>,
): { readonly counters: Counters; readonly unreadable: readonly string[] } {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const found = new Map<string, number>()
  const unreadable: string[] = []
  for (const counter of counters) {
    const there = counter.files.find((path) => byPath.get(path)?.errno !== 'ENOENT')
    const file = byPath.get(there ?? counter.files[0] ?? '')
    const value = file?.errno === 'OK' ? counter.parse(file.text) : undefined
    if (value !== undefined) found.set(counter.name, value)
    else if (counter.feature === undefined || !without.has(counter.feature)) {
      const why = file?.errno === 'OK' ? 'has no such number' : (file?.errno ?? 'was not read')
      unreadable.push(`${counter.name}: ${there ?? counter.files.join(' and ')} ${why}`)
    }
  }
  return { counters: found, unreadable }
}

/** Describes the counters that changed beyond their tolerance: `free_hugepages of 2M: 16 before, 15 after`. */
export function changedCounters(before: Counters, after: Counters): string[] {
  return [...before].flatMap(([name, first]) => {
    const last = after.get(name)
    if (last === undefined) return []
    const { tolerance = 0, leaks = 'either way' } = counters.find((counter) => counter.name === name) ?? {}
    const lost = leaks === 'downwards' ? first - last : Math.abs(first - last)
    return lost > tolerance ? [`${name}: ${first} before, ${last} after`] : []
  })
}
