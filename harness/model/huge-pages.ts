// Huge pages as scenarios name them: what a file is made of, in flags and in 4K pages.
import { gmemFlags } from '../uapi/constants.ts'
import { hugePageBytes, type HugePageSize } from '../base/huge-page-sizes.ts'
import { pageSize } from '../base/units.ts'

const sizeFlags = { '2M': gmemFlags.huge2M, '1G': gmemFlags.huge1G } as const

/** Returns the number of 4K pages in a huge page. */
export function pagesPerHugePage(size: HugePageSize): number {
  return hugePageBytes[size] / pageSize
}

/** The flags of KVM_CREATE_GUEST_MEMFD that ask for huge pages of this size, none for 4K pages. */
export function hugePageFlags(size: HugePageSize | undefined): bigint {
  return size === undefined ? 0n : gmemFlags.hugetlb | sizeFlags[size]
}
