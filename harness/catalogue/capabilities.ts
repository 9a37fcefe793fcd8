// What a scenario may need from the kernel under test: one row for each capability, with the reason of a SKIP and the sign
// that instance/probe.ts looks for on the running kernel. The name of a kernel decides nothing.
import { kvmCapabilities, vmTypes } from '../uapi/constants.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { DialectSpec } from '../uapi/dialect-spec.ts'

/** The parts that some dialects have and others do not, each as a question to the record of a dialect. */
const partsOfDialects = {
  'conversion in place': ({ inPlace }) => inPlace,
  'huge pages': ({ hugePagesExtension }) => hugePagesExtension !== undefined,
  'attributes of the file': ({ inPlace, ioctl }) => inPlace && ioctl.fields.includes('attributes'),
  'an ioctl for each state': ({ ioctl }) => ioctl.requests.shared !== ioctl.requests.private,
} as const satisfies Record<string, (spec: DialectSpec) => boolean>

type PartOfDialect = keyof typeof partsOfDialects

/** How a kernel shows that it has a capability. */
export type Sign =
  /** KVM_CHECK_EXTENSION answers each number with one of these bits; with any bit if no bits are given. */
  | { readonly by: 'extensions'; readonly all: readonly Extension[] }
  /** Each of these files exists (files for commands alone cannot be read), can be read, or has such a text in it. */
  | {
      readonly by: 'files'
      readonly all: readonly string[]
      readonly show: 'existence' | 'contents' | RegExp
    }
  /** One of these files can be read. */
  | { readonly by: 'one of files'; readonly any: readonly string[] }
  /** A VM has a binary statistic of this name. */
  | { readonly by: 'statistic'; readonly name: string }
  /** The kernel speaks this dialect, whether or not its definition names it. */
  | { readonly by: 'dialect'; readonly name: Dialect }
  /** The kernel speaks the dialect that its definition names, and that dialect has this part. */
  | { readonly by: 'definition'; readonly part: PartOfDialect }

interface Extension {
  readonly number: number
  readonly bits?: number
}

interface Row {
  /** What is missing where the kernel lacks the capability, in one sentence. */
  readonly reason: string
  readonly sign: Sign
}

/** All capabilities, by the names that scenarios (`needs`) and kernel definitions (`expectSkips`) use. */
export const capabilities = {
  'in-place-conversion': {
    reason: 'this kernel has no ioctl that converts pages of a guest_memfd in place',
    sign: { by: 'definition', part: 'conversion in place' },
  },
  hugetlb: {
    reason: 'this kernel makes no guest_memfd of huge pages',
    sign: { by: 'definition', part: 'huge pages' },
  },
  'file-attributes': {
    reason: 'this kernel does not convert by attributes of the file (KVM_SET_MEMORY_ATTRIBUTES2)',
    sign: { by: 'definition', part: 'attributes of the file' },
  },
  'convert-ioctls': {
    reason: 'this kernel has no ioctl for each state (KVM_GMEM_CONVERT_SHARED, KVM_GMEM_CONVERT_PRIVATE)',
    sign: { by: 'definition', part: 'an ioctl for each state' },
  },
  'private-memory': {
    reason: 'this kernel has no guest_memfd, or no software-protected VM type',
    sign: {
      by: 'extensions',
      all: [
        { number: kvmCapabilities.vmTypes, bits: 1 << vmTypes.swProtected },
        { number: kvmCapabilities.guestMemfd },
      ],
    },
  },
  'vm-attributes': {
    reason: 'this kernel has no KVM_SET_MEMORY_ATTRIBUTES on the VM',
    sign: { by: 'dialect', name: 'vm-attributes' },
  },
  'pre-fault': {
    reason: 'this kernel has no KVM_PRE_FAULT_MEMORY',
    sign: { by: 'extensions', all: [{ number: kvmCapabilities.preFaultMemory }] },
  },
  'gup-test': {
    reason: 'this kernel has no /sys/kernel/debug/gup_test (CONFIG_GUP_TEST)',
    sign: { by: 'files', all: ['/sys/kernel/debug/gup_test'], show: 'existence' },
  },
  'slab-counters': {
    reason: 'the slab counters of this kernel cannot be read (/sys/kernel/slab)',
    sign: { by: 'files', all: ['/sys/kernel/slab/maple_node/objects'], show: 'contents' },
  },
  'binary-stats': {
    reason: 'this kernel has no binary statistics for VMs (KVM_GET_STATS_FD)',
    sign: { by: 'statistic', name: 'pages_4k' },
  },
  pagemap: {
    reason: 'this kernel does not show page frames (/proc/self/pagemap, /proc/kpageflags)',
    sign: { by: 'files', all: ['/proc/self/pagemap'], show: 'contents' },
  },
  'gmem-inode-counter': {
    reason: 'this kernel does not count the inodes of guest_memfd (/sys/kernel/slab/kvm_gmem_inode)',
    sign: {
      by: 'one of files',
      // The slab of gmem-convert, and that of mainline since it has one.
      any: ['/sys/kernel/slab/kvm_gmem_inode/objects', '/sys/kernel/slab/kvm_gmem_inode_cache/objects'],
    },
  },
  'hugetlb-cgroup': {
    reason: 'this kernel has no control groups for huge pages (CONFIG_CGROUP_HUGETLB)',
    sign: { by: 'files', all: ['/sys/fs/cgroup/cgroup.subtree_control'], show: /\bhugetlb\b/ },
  },
  'memmap-counters': {
    reason: 'this kernel does not count its struct pages (nr_memmap_pages in /proc/vmstat)',
    sign: { by: 'files', all: ['/proc/vmstat'], show: /^nr_memmap_pages /m },
  },
  'fault-injection': {
    reason: 'this kernel cannot let allocations fail (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC, /proc/self/fail-nth)',
    sign: {
      by: 'files',
      all: [
        '/proc/self/fail-nth',
        '/sys/kernel/debug/failslab/cache-filter',
        '/sys/kernel/debug/fail_page_alloc/min-order',
      ],
      show: 'contents',
    },
  },
  numa: {
    reason: 'this kernel has no policies for the nodes of memory (CONFIG_NUMA)',
    sign: { by: 'files', all: ['/proc/self/numa_maps'], show: 'existence' },
  },
  kcov: {
    reason: 'this kernel has no /sys/kernel/debug/kcov (CONFIG_KCOV)',
    sign: { by: 'files', all: ['/sys/kernel/debug/kcov'], show: 'existence' },
  },
  'hwpoison-inject': {
    reason: 'this kernel has no /sys/kernel/debug/hwpoison (CONFIG_HWPOISON_INJECT)',
    sign: { by: 'files', all: ['/sys/kernel/debug/hwpoison/corrupt-pfn'], show: 'existence' },
  },
} as const satisfies Record<string, Row>

export type Capability = keyof typeof capabilities

/** The names of all capabilities. */
export const capabilityNames: readonly Capability[] = Object.keys(capabilities).filter((name) => isCapability(name))

/** Whether a text names a capability. */
export function isCapability(text: string): text is Capability {
  return Object.hasOwn(capabilities, text)
}

/** Lists the capabilities that no kernel of a dialect has: without them, its scenarios are skipped as expected. */
export function absentIn(dialect: Dialect): readonly Capability[] {
  const spec = dialectSpecs[dialect]
  return capabilityNames.filter((name) => {
    const { sign } = capabilities[name]
    if (sign.by === 'dialect') return sign.name !== dialect && !spec.besideVmAttributes
    return sign.by === 'definition' && !partsOfDialects[sign.part](spec)
  })
}

/** Why scenarios that need these are skipped: what the kernel lacks. */
export function reasonOf(missing: readonly Capability[]): string {
  return missing.map((name) => capabilities[name].reason).join('; ')
}
