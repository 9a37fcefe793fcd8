// The sizes of huge pages, and what the kernel calls them.

/** In bytes, the largest first. */
export const hugePageBytes = { '1G': 2 ** 30, '2M': 2 ** 21 } as const

export type HugePageSize = keyof typeof hugePageBytes

/** All of them, in the order of the kernel's command line. */
export const hugePageSizes = ['1G', '2M'] as const satisfies readonly HugePageSize[]

/** Whether a text names a size of huge pages. */
export function isHugePageSize(text: string): text is HugePageSize {
  return Object.hasOwn(hugePageBytes, text)
}

/** Where the counters of a pool are: those of the whole system, or of one NUMA node. */
export function poolDirectory(size: HugePageSize, node?: number): string {
  const base = node === undefined ? '/sys/kernel/mm' : `/sys/devices/system/node/node${node}`
  return `${base}/hugepages/hugepages-${hugePageBytes[size] / 1024}kB`
}

/** What the files of a control group about huge pages of this size begin with: `hugetlb.2MB`. */
export function groupPrefix(size: HugePageSize): string {
  return `hugetlb.${size}B`
}
