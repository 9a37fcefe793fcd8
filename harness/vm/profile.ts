// What differs from boot to boot of one run: pools of huge pages, words for the kernel, and the memory that they need.
import { hugePageBytes, hugePageSizes } from '../base/huge-page-sizes.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import { bytes } from '../base/units.ts'
import type { Bytes } from '../base/units.ts'

/** How many huge pages there must be of each size. */
export type Pools = Readonly<Record<HugePageSize, number>>

/** Ways to boot a kernel, each with the words that its command line gets. */
export const bootVariants = {
  // most of the struct pages of huge pages are given back
  hvo: 'hugetlb_free_vmemmap=on',
  // every cache of objects has its own counters
  'slab-nomerge': 'slab_nomerge',
} as const satisfies Record<string, string>

export type BootVariant = keyof typeof bootVariants

/** Whether a text names a boot variant. */
export function isBootVariant(text: string): text is BootVariant {
  return Object.hasOwn(bootVariants, text)
}

export interface BootProfile {
  readonly pools: Pools
  /** Sorted, each once. */
  readonly variants: readonly BootVariant[]
  /** The least memory, for tests that fill more than scenarios do. */
  readonly memory?: Bytes
}

/** The small and fast one: no pools, nothing special. */
export const plainProfile: BootProfile = Object.freeze({
  pools: Object.freeze({ '1G': 0, '2M': 0 }),
  variants: Object.freeze([]),
})

/** The words that a profile adds to the command line of the kernel. */
export function kernelWords({ pools, variants }: BootProfile): string[] {
  return [
    ...hugePageSizes.flatMap((size) =>
      pools[size] > 0 ? [`hugepagesz=${size}`, `hugepages=${pools[size]}`] : [],
    ),
    ...variants.map((variant) => bootVariants[variant]),
  ]
}

const gibibyte = 2 ** 30

// Enough for a file of 64K pages, the agent, and the page tables of both levels.
const baseMemory = gibibyte
// From 2.75 GiB on, q35 has 2 GiB below the hole for PCI. The kernel, its initramfs and tables of the firmware are in both
// of them: whole 1G pages are to be had above the hole alone.
const memoryBelowHole = 2 * gibibyte
// A kernel that boots takes its first memory from the top, which would tear the last 1G page.
const bootMemory = gibibyte / 2
// Struct pages, page tables, and what else grows with the memory.
const overhead = 1 / 16

/** The memory that a guest needs to really get its pools. */
export function memoryOf({ pools, memory = bytes(0) }: BootProfile): Bytes {
  const gigantic = pools['1G'] * hugePageBytes['1G']
  const pooled = gigantic + pools['2M'] * hugePageBytes['2M']
  const grown = Math.ceil(pooled * overhead)
  const together = baseMemory + pooled + grown
  const aboveHole = gigantic === 0 ? 0 : memoryBelowHole + gigantic + bootMemory + grown
  return bytes(Math.max(together, aboveHole, memory))
}

/** A profile in a few words: `1 × 1G, 16 × 2M, hvo`. */
export function describeProfile(profile: BootProfile): string {
  const memory = profile.memory === undefined ? [] : [`${profile.memory / gibibyte} GiB`]
  const words = [...describePools(profile.pools), ...profile.variants, ...memory]
  return words.length === 0 ? 'plain' : words.join(', ')
}

/** The pools that are not empty, one text each: `16 × 2M`. */
export function describePools(pools: Pools): string[] {
  return hugePageSizes.filter((size) => pools[size] > 0).map((size) => `${pools[size]} × ${size}`)
}
