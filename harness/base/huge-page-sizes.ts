// The sizes of huge pages, and their names in the kernel.

/** The sizes in bytes, the largest first. */
export const hugePageBytes = { '1G': 2 ** 30, '2M': 2 ** 21 } as const

export type HugePageSize = keyof typeof hugePageBytes

/** All sizes, in the order of the kernel's command line. */
export const hugePageSizes = ['1G', '2M'] as const satisfies readonly HugePageSize[]

/** Returns whether a text names a size of huge pages. */
export function isHugePageSize(text: string): text is HugePageSize {
  return Object.hasOwn(hugePageBytes, text)
}

/** Returns the directory of the counters of a pool. */
export function poolDirectory(size: HugePageSize): string {
  return `/sys/kernel/mm/hugepages/hugepages-${hugePageBytes[size] / 1024}kB`
}

/** Returns the prefix of a control group's files about huge pages of this size: `hugetlb.2MB`. */
export function groupPrefix(size: HugePageSize): string {
  return `hugetlb.${size}B`
}
