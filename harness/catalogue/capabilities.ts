// What a scenario may need from the kernel under test; each need is probed on the real kernel, never guessed from its name.

/** Named capabilities and what is missing when one is not there: the reason of a SKIP, one sentence. */
export const needs = {
  'in-place-conversion': 'this kernel has no ioctl that converts pages of a guest_memfd in place',
  hugetlb: 'this kernel has no guest_memfd of huge pages (KVM_CAP_GMEM_HUGETLB)',
  'private-memory': 'this kernel has no guest_memfd, or no software-protected VM type',
  'vm-attributes': 'this kernel has no KVM_SET_MEMORY_ATTRIBUTES on the VM',
  'pre-fault': 'this kernel has no KVM_PRE_FAULT_MEMORY',
  'gup-test': 'this kernel has no /sys/kernel/debug/gup_test (CONFIG_GUP_TEST)',
  'slab-counters': 'the slab counters of this kernel cannot be read (/sys/kernel/slab)',
  'binary-stats': 'this kernel has no binary statistics for VMs (KVM_GET_STATS_FD)',
  pagemap: 'this kernel does not show page frames (/proc/self/pagemap, /proc/kpageflags)',
  'gmem-inode-counter':
    'this kernel does not count the inodes of guest_memfd (/sys/kernel/slab/kvm_gmem_inode)',
  'hugetlb-cgroup': 'this kernel has no control groups for huge pages (CONFIG_CGROUP_HUGETLB)',
  'memmap-counters': 'this kernel does not count its struct pages (nr_memmap_pages in /proc/vmstat)',
  'fault-injection': 'this kernel cannot let allocations fail (CONFIG_FAILSLAB, /proc/self/fail-nth)',
  'hwpoison-inject': 'this kernel has no /sys/kernel/debug/hwpoison (CONFIG_HWPOISON_INJECT)',
} as const satisfies Record<string, string>

export type Capability = keyof typeof needs

/** Whether a text names a need. */
export function isCapability(text: string): text is Capability {
  return Object.hasOwn(needs, text)
}

/** The needs of a scenario that the kernel does not meet. */
export function missingCapabilities(
  wanted: readonly Capability[],
  available: ReadonlySet<Capability>,
): Capability[] {
  return wanted.filter((need) => !available.has(need))
}
