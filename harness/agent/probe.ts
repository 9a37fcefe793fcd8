// What the kernel under test can do, found out by trying: capability numbers mean different things in different trees.
import type { Agent } from './client.ts'
import { must } from './wire/call.ts'
import type { Vm } from './wire/fields.ts'
import { attributePrivate, capabilities, gmemFlags, gmemFlagsInPlace, ioctls } from '../uapi/constants.ts'
import type { Dialect } from '../uapi/dialect.ts'

/** Facts about the kernel and the machine that scenarios may need. */
export interface Probe {
  /** Such VMs are the only ones with private memory. */
  readonly swProtectedVm: boolean
  readonly guestMemfd: boolean
  /** The dialects that the kernel answers in, in order of preference. */
  readonly dialects: readonly Dialect[]
  /** The capability of huge pages in a guest_memfd, under the number that `convert-ioctl` gives it. */
  readonly hugetlb: boolean
  /** Statistics of VMs, such as the number of pages in page tables. */
  readonly binaryStats: boolean
  /** The page frames behind a mapping can be read. */
  readonly pagemap: boolean
  readonly preFault: boolean
  /** CONFIG_GUP_TEST and debugfs. */
  readonly gupTest: boolean
  /** Slab counters can be read: the number of maple nodes is known. */
  readonly slabCounters: boolean
  /** Live inodes of guest_memfd are counted. */
  readonly gmemInodeCounter: boolean
  /** Control groups that are charged for huge pages. */
  readonly hugetlbCgroup: boolean
  /** The memory that struct pages take is counted. */
  readonly memmapCounters: boolean
  /** The n-th allocation of a system call can be made to fail. */
  readonly faultInjection: boolean
  /** Memory errors can be made in a frame. */
  readonly hwpoisonInject: boolean
}

/** The lowest set of flags with which each dialect makes a file that can be converted. */
const conversionFlags = {
  'convert-ioctl': gmemFlags.supportShared,
  'gmem-attributes': gmemFlagsInPlace.mmap,
} as const

const page = 4096

async function hasDialect(
  agent: Agent,
  vm: Vm,
  dialect: 'convert-ioctl' | 'gmem-attributes',
): Promise<boolean> {
  const created = await agent.gmem.create({ vm, size: page, flags: conversionFlags[dialect] })
  if (created.errno !== 'OK') return false
  // An all-private file exists in both dialects: this changes nothing, and ENOTTY is what says no.
  const request = dialect === 'convert-ioctl' ? ioctls.gmemConvertShared : ioctls.setMemoryAttributes2
  const bytes = Buffer.alloc(dialect === 'convert-ioctl' ? 64 : 128)
  bytes.writeBigUInt64LE(BigInt(page), 8)
  const { errno } = await agent.ioctlRaw({ handle: created.gmem, request, bytes })
  await agent.close(created.gmem)
  return errno !== 'ENOTTY'
}

/** What has to be tried on a VM. One VM is enough for all: closing one takes longer than everything else here. */
async function probeVm(
  agent: Agent,
  memoryAttributes: bigint,
): Promise<Pick<Probe, 'dialects' | 'binaryStats' | 'hugetlb'>> {
  const { vm } = await must(agent.vm.create())
  const dialects: Dialect[] = []
  if (await hasDialect(agent, vm, 'convert-ioctl')) dialects.push('convert-ioctl')
  if (await hasDialect(agent, vm, 'gmem-attributes')) dialects.push('gmem-attributes')
  if ((memoryAttributes & attributePrivate) !== 0n) dialects.push('vm-attributes')
  const { errno } = await agent.vm.stats(vm, 'pages_4k')
  const capability = await agent.vm.checkExtension(capabilities.gmemHugetlb, vm)
  await agent.close(vm)
  return {
    dialects,
    binaryStats: errno === 'OK',
    hugetlb: capability.errno === 'OK' && capability.value > 0,
  }
}

type FileProbe = Omit<
  Probe,
  'swProtectedVm' | 'guestMemfd' | 'dialects' | 'hugetlb' | 'binaryStats' | 'pagemap' | 'preFault'
>

const paths = {
  gupTest: '/sys/kernel/debug/gup_test',
  slabCounters: '/sys/kernel/slab/maple_node/objects',
  gmemInodeCounter: '/sys/kernel/slab/kvm_gmem_inode/objects',
  groups: '/sys/fs/cgroup/cgroup.subtree_control',
  vmstat: '/proc/vmstat',
  failNth: '/proc/self/fail-nth',
  failslab: '/sys/kernel/debug/failslab/ignore-gfp-wait',
  hwpoison: '/sys/kernel/debug/hwpoison/corrupt-pfn',
} as const

/** What files say by being there, all in one round trip. */
async function probeFiles(agent: Agent): Promise<FileProbe> {
  const results = await agent.files.batch(Object.values(paths).map((path) => ({ path })))
  const at = (path: string): { errno: string; text: string } =>
    results.find((result) => result.path === path) ?? { errno: 'ENOENT', text: '' }
  const readable = (path: string): boolean => at(path).errno === 'OK'
  // A file that is only for commands cannot be read, but it is there.
  const exists = (path: string): boolean => !['ENOENT', 'ENOTDIR'].includes(at(path).errno)
  return {
    gupTest: exists(paths.gupTest),
    slabCounters: readable(paths.slabCounters),
    gmemInodeCounter: readable(paths.gmemInodeCounter),
    hugetlbCgroup: /\bhugetlb\b/.test(at(paths.groups).text),
    memmapCounters: /^nr_memmap_pages /m.test(at(paths.vmstat).text),
    faultInjection: readable(paths.failNth) && readable(paths.failslab),
    hwpoisonInject: exists(paths.hwpoison),
  }
}

async function isReadable(agent: Agent, path: string): Promise<boolean> {
  const { errno } = await agent.files.readFile(path, { size: 8 })
  return errno === 'OK'
}

/** Asks the kernel what it can do; leaves nothing open. */
export async function probeKernel(agent: Agent): Promise<Probe> {
  const capability = async (number: number): Promise<number> => {
    const { errno, value } = await agent.vm.checkExtension(number)
    return errno === 'OK' ? value : 0
  }
  const vmTypes = await capability(capabilities.vmTypes)
  const swProtectedVm = (vmTypes & 2) !== 0
  const memoryAttributes = BigInt(await capability(capabilities.memoryAttributes))
  const { dialects, binaryStats, hugetlb } = swProtectedVm
    ? await probeVm(agent, memoryAttributes)
    : { dialects: [], binaryStats: false, hugetlb: false }
  return {
    swProtectedVm,
    guestMemfd: (await capability(capabilities.guestMemfd)) !== 0,
    dialects,
    hugetlb,
    binaryStats,
    pagemap: await isReadable(agent, '/proc/self/pagemap'),
    preFault: (await capability(capabilities.preFaultMemory)) !== 0,
    ...(await probeFiles(agent)),
  }
}
