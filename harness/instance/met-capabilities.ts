// Which needs of scenarios the kernel meets, from what the agent found out by trying.
import type { Probe } from '../agent/probe.ts'
import type { Dialect } from '../uapi/dialect.ts'
import { isCapability, needs } from '../catalogue/capabilities.ts'
import type { Capability } from '../catalogue/capabilities.ts'

/** What this kernel has. In-place conversion counts only in the dialect that the definition of the kernel names. */
export function metCapabilities(probe: Probe, dialect: Dialect): ReadonlySet<Capability> {
  const privateMemory = probe.swProtectedVm && probe.guestMemfd
  const inPlace = dialect !== 'vm-attributes' && probe.dialects.includes(dialect)
  const met: Readonly<Record<Capability, boolean>> = {
    'private-memory': privateMemory,
    'in-place-conversion': inPlace,
    // The number means something else where the conversion ioctls have other names.
    hugetlb: inPlace && dialect === 'convert-ioctl' && probe.hugetlb,
    'vm-attributes': probe.dialects.includes('vm-attributes'),
    'pre-fault': probe.preFault,
    'gup-test': probe.gupTest,
    'slab-counters': probe.slabCounters,
    'binary-stats': probe.binaryStats,
    pagemap: probe.pagemap,
    'gmem-inode-counter': probe.gmemInodeCounter,
    'hugetlb-cgroup': probe.hugetlbCgroup,
    'memmap-counters': probe.memmapCounters,
    'fault-injection': probe.faultInjection,
    'hwpoison-inject': probe.hwpoisonInject,
  }
  return new Set(
    Object.keys(needs)
      .filter((need) => isCapability(need))
      .filter((need) => met[need]),
  )
}
