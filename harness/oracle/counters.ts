// The counters of the kernel that must be what they were when everything that a scenario made is closed again.
import { groupPrefix, hugePageSizes, poolDirectory } from '../base/huge-page-sizes.ts'

/** A file of the guest as it was read. */
export interface ReadFile {
  readonly path: string
  readonly errno: string
  readonly text: string
}

export interface Counter {
  readonly name: string
  readonly file: string
  /** The number in the text of the file; nothing where it has none. */
  readonly parse: (text: string) => number | undefined
  /** How far it may be from what it was; 0 is exactly the same. */
  readonly tolerance: number
  /** Which way from there is a leak. */
  readonly leaks: 'either way' | 'downwards'
  /** The feature of the kernel that it counts; without one, every kernel has it. */
  readonly feature?: Feature
}

/** What a kernel may lack, and what there is nothing to count of then. */
type Feature =
  | 'hugetlb'
  | 'hugetlb-1g'
  | 'hugetlb-cgroup'
  | 'hugetlb-cgroup-1g'
  | 'slab-counters'
  | 'gmem-inode-counter'
  | 'memmap-counters'

/** What the counters say; those that the kernel does not have are missing. */
export type Counters = ReadonlyMap<string, number>

export interface CounterChange {
  readonly name: string
  readonly before: number
  readonly after: number
}

/** The control group that the agent is in. */
export const agentGroup = '/sys/fs/cgroup/gmemtest'

function firstNumber(text: string): number | undefined {
  const digits = /\d+/.exec(text)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

/** Adds up the numbers behind these names in a file of lines `NAME NUMBER`. */
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

const pools: readonly Counter[] = hugePageSizes.flatMap((size) =>
  ['nr', 'free', 'resv', 'surplus'].map((what) => ({
    name: `${what}_hugepages of ${size}`,
    file: `${poolDirectory(size)}/${what}_hugepages`,
    parse: firstNumber,
    tolerance: 0,
    leaks: 'either way' as const,
    feature: featuresOf[size].ofPool,
  })),
)

const groups: readonly Counter[] = hugePageSizes.flatMap((size) =>
  ['current', 'rsvd.current'].map((what) => ({
    name: `${groupPrefix(size)}.${what} of the agent's control group`,
    file: `${agentGroup}/${groupPrefix(size)}.${what}`,
    parse: firstNumber,
    tolerance: 0,
    leaks: 'either way' as const,
    feature: featuresOf[size].ofGroup,
  })),
)

const slab = '/sys/kernel/slab'

const system: readonly Counter[] = [
  {
    name: 'inodes of guest_memfd files (slab kvm_gmem_inode)',
    file: `${slab}/kvm_gmem_inode/objects`,
    parse: firstNumber,
    tolerance: 0,
    leaks: 'either way',
    feature: 'gmem-inode-counter',
  },
  {
    name: 'nodes of maple trees (slab maple_node)',
    file: `${slab}/maple_node/objects`,
    parse: firstNumber,
    // The trees of all processes are in it.
    tolerance: 64,
    leaks: 'either way',
    feature: 'slab-counters',
  },
  {
    name: 'pages of struct page (nr_memmap_pages and nr_memmap_boot_pages)',
    file: '/proc/vmstat',
    parse: sumOf('nr_memmap_pages', 'nr_memmap_boot_pages'),
    tolerance: 0,
    leaks: 'either way',
    feature: 'memmap-counters',
  },
  {
    name: 'MemFree in kB',
    file: '/proc/meminfo',
    parse: sumOf('MemFree'),
    // The buffers of the agent, the caches of the kernel, what a CPU holds back for itself.
    tolerance: 32 * 1024,
    leaks: 'downwards',
  },
]

export const counters: readonly Counter[] = [...pools, ...groups, ...system]

/** The files that the counters are in. */
export const counterFiles: readonly string[] = [...new Set(counters.map((counter) => counter.file))]

/** Writing 1 there makes the counters of slabs exact: freed objects that a CPU holds are counted otherwise. */
export const slabFlushes: readonly string[] = ['kvm_gmem_inode', 'maple_node'].map(
  (name) => `${slab}/${name}/shrink`,
)

/** Writing 1 there waits until all that was given to RCU to be freed is free. */
export const rcuBarrier = '/sys/module/rcutree/parameters/do_rcu_barrier'

/** Where a kernel says which features it has, beside the files of the counters. */
export const featureFiles: readonly string[] = [
  '/proc/filesystems',
  '/proc/cgroups',
  '/proc/meminfo',
  '/proc/vmstat',
]

/** The files among these that do not say what the kernel has; `/proc/cgroups` is missing where there are no groups. */
export function unreadableFeatures(files: readonly ReadFile[]): string[] {
  const read = new Map(files.map((file) => [file.path, file.errno]))
  return featureFiles.flatMap((path) => {
    const errno = read.get(path) ?? 'was not read'
    return errno === 'OK' || (errno === 'ENOENT' && path === '/proc/cgroups') ? [] : [`${path} ${errno}`]
  })
}

/**
 * The features that the kernel says itself to be without. That a counter's own file is missing proves nothing: then the
 * oracle is broken.
 */
export function featuresWithout(files: readonly ReadFile[]): Set<string> {
  const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? ''
  const has = (path: string, expression: RegExp): boolean => expression.test(textOf(path))
  const hugetlb = has('/proc/filesystems', /\thugetlbfs$/m)
  // The line is there where the CPU has pages of 1G.
  const gigantic = hugetlb && has('/proc/meminfo', /^DirectMap1G:/m)
  const grouped = has('/proc/cgroups', /^hugetlb\t/m)
  const features = {
    hugetlb,
    'hugetlb-1g': gigantic,
    'hugetlb-cgroup': hugetlb && grouped,
    'hugetlb-cgroup-1g': gigantic && grouped,
    // Since 6.10.
    'memmap-counters': has('/proc/vmstat', /^nr_memmap_pages /m),
  } as const
  return new Set(Object.entries(features).flatMap(([name, there]) => (there ? [] : [name])))
}

/** What was read, and the counters that cannot be: those of features that the kernel is without do not have to be there. */
export function readCounters(
  files: readonly ReadFile[],
  without: ReadonlySet<string>,
): { readonly counters: Counters; readonly unreadable: readonly string[] } {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const found = new Map<string, number>()
  const unreadable: string[] = []
  for (const counter of counters) {
    const file = byPath.get(counter.file)
    const value = file?.errno === 'OK' ? counter.parse(file.text) : undefined
    if (value !== undefined) found.set(counter.name, value)
    else if (counter.feature === undefined || !without.has(counter.feature)) {
      const why = file?.errno === 'OK' ? 'has no such number' : (file?.errno ?? 'was not read')
      unreadable.push(`${counter.name}: ${counter.file} ${why}`)
    }
  }
  return { counters: found, unreadable }
}

/** The counters that are not what they were, as far as their bands allow. */
export function changedCounters(before: Counters, after: Counters): CounterChange[] {
  return counters.flatMap(({ name, tolerance, leaks }) => {
    const [first, last] = [before.get(name), after.get(name)]
    if (first === undefined || last === undefined) return []
    const lost = leaks === 'downwards' ? first - last : Math.abs(first - last)
    return lost > tolerance ? [{ name, before: first, after: last }] : []
  })
}

/** `free_hugepages of 2M: 16 before, 15 after`. */
export function describeChange(change: CounterChange): string {
  return `${change.name}: ${change.before} before, ${change.after} after`
}
