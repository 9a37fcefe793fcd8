// The differences between boots of one run: pools of huge pages, words for the kernel, and the memory for them.
import { hugePageBytes, hugePageSizes, type HugePageSize } from '../base/huge-page-sizes.ts'
import { bytes, type Bytes } from '../base/units.ts'

/** The number of huge pages of each size. */
export type Pools = Readonly<Record<HugePageSize, number>>

/** Ways to boot a kernel, each with the word for its command line. */
export const bootVariants = {
  // frees most of the struct pages of huge pages
  hvo: 'hugetlb_free_vmemmap=on',
  // gives every slab cache counters of its own
  'slab-nomerge': 'slab_nomerge',
} as const satisfies Record<string, string>

export type BootVariant = keyof typeof bootVariants

/** Whether a text names a boot variant. */
export function isBootVariant(text: string): text is BootVariant {
  return Object.hasOwn(bootVariants, text)
}

export interface BootProfile {
  readonly pools: Pools
  /** Sorted, without duplicates. */
  readonly variants: readonly BootVariant[]
  /** The least memory, for tests that fill more than scenarios do. */
  readonly memory?: Bytes
}

/** The small and fast profile: no pools and no variants. */
export const plainProfile: BootProfile = Object.freeze({
  pools: Object.freeze({ '1G': 0, '2M': 0 }),
  variants: Object.freeze([]),
})

/** Gives the words that a profile adds to the command line of the kernel. */
export function kernelWords({ pools, variants }: BootProfile): string[] {
  return [
    ...hugePageSizes.flatMap((size) => (pools[size] > 0 ? [`hugepagesz=${size}`, `hugepages=${pools[size]}`] : [])),
    ...variants.map((variant) => bootVariants[variant]),
  ]
}

const gibibyte = 2 ** 30

// Enough for a file of 64K pages, the agent, and the page tables of both levels.
const baseMemory = gibibyte
// From 2.75 GiB on, q35 has 2 GiB below the hole for PCI. The kernel, its initramfs and tables of the firmware occupy parts
// of both: whole 1G pages exist only above the hole.
const memoryBelowHole = 2 * gibibyte
// A booting kernel takes its first memory from the top, which would break the last 1G page.
const bootMemory = gibibyte / 2
// Struct pages, page tables, and other data that grow with the memory.
const overhead = 1 / 16
// A kernel with KASAN takes an eighth of all memory from the top for its shadow, while it boots.
const shadow = 1 / 8

/** Computes the memory that an instance needs to get all of its pools. */
export function memoryOf({ pools, memory = bytes(0) }: BootProfile): Bytes {
  const gigantic = pools['1G'] * hugePageBytes['1G']
  const pooled = gigantic + pools['2M'] * hugePageBytes['2M']
  const grown = Math.ceil(pooled * overhead)
  const together = baseMemory + pooled + grown
  const aboveHole = gigantic === 0 ? 0 : (memoryBelowHole + gigantic + bootMemory + grown) / (1 - shadow)
  return bytes(Math.max(together, Math.ceil(aboveHole), memory))
}

/** Formats a profile: `1 × 1G, 16 × 2M, hvo`. */
export function describeProfile(profile: BootProfile): string {
  const memory = profile.memory === undefined ? [] : [`${profile.memory / gibibyte} GiB`]
  const words = [...describePools(profile.pools), ...profile.variants, ...memory]
  return words.length === 0 ? 'plain' : words.join(', ')
}

/** Formats each pool that is not empty: `16 × 2M`. */
export function describePools(pools: Pools): string[] {
  return hugePageSizes.filter((size) => pools[size] > 0).map((size) => `${pools[size]} × ${size}`)
}
