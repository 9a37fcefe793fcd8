// Huge pages as scenarios name them: what a file is made of, in flags and in 4K pages.
import { gmemFlags } from '../agent/uapi.ts'

/** The size of the pages that a file is made of. */
export type HugePageSize = '2M' | '1G'

const facts = {
  '2M': { pages: 512, flags: gmemFlags.hugetlb | gmemFlags.huge2M },
  '1G': { pages: 262_144, flags: gmemFlags.hugetlb | gmemFlags.huge1G },
} as const satisfies Record<HugePageSize, unknown>

/** How many 4K pages one huge page is. */
export function pagesPerHugePage(size: HugePageSize): number {
  return facts[size].pages
}

/** The flags of KVM_CREATE_GUEST_MEMFD that ask for huge pages of this size, none for 4K pages. */
export function hugePageFlags(size: HugePageSize | undefined): bigint {
  return size === undefined ? 0n : facts[size].flags
}
