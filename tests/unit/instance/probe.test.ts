// Capabilities as a scripted kernel shows them.
import { test } from 'tap'
import { capabilities } from '../../../harness/catalogue/capabilities.ts'
import { capabilitiesOf, probeKernel, type Probe } from '../../../harness/instance/probe.ts'
import { dialects, dialectSpecs, type Dialect } from '../../../harness/uapi/dialect.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'

const [noEntry, badFile, noMemory, denied, invalid, notTty] = [2, 9, 12, 13, 22, 25]
const notSupported = 95

interface Kernel {
  /** What KVM_CHECK_EXTENSION answers. */
  readonly extensions?: Readonly<Record<number, number>>
  /** The dialects whose ioctl on a file works. */
  readonly converts?: readonly Dialect[]
  readonly files?: Readonly<Record<string, string | number>>
  readonly hasKvm?: boolean
  /** The errno of making a file with these flags; 0 where it is not given. */
  readonly creation?: (flags: bigint) => number
  /** The errno of a conversion in a dialect that the kernel does not speak. */
  readonly refusal?: number
}

async function probe(kernel: Kernel): Promise<Probe> {
  const { extensions = {}, converts = [], files = {}, creation = () => 0, refusal = notTty } = kernel
  const asked: string[] = []
  await using instance = (
    await fakeInstance({
      files: (path) => files[path] ?? noEntry,
      react: (name) => {
        asked.push(name)
        return name === 'checkExtension' && kernel.hasKvm === false ? badFile : undefined
      },
      reply: (name, body) => {
        const second = body.length < 16 ? 0n : body.readBigUInt64LE(8)
        if (name === 'checkExtension') return { words: [extensions[Number(second)] ?? 0] }
        if (name === 'vmCreate') return { words: [(1n << 32n) | 1n] }
        if (name === 'gmemCreate') {
          const errno = creation(body.readBigUInt64LE(16))
          if (errno !== 0) asked.push('failed creation')
          return errno === 0 ? { words: [(3n << 32n) | 2n] } : { errno }
        }
        const dialect = dialects[Number(second)]
        if (name === 'convert' && dialect !== undefined && !converts.includes(dialect)) {
          return { errno: refusal }
        }
        return undefined
      },
    })
  ).instance
  const found = await probeKernel(instance.agent)
  const count = (wanted: string): number => asked.filter((name) => name === wanted).length
  const made = count('vmCreate') + count('gmemCreate') - count('failed creation')
  if (made !== count('close')) throw new Error(`${made} handles were made, ${count('close')} closed`)
  return found
}

// The numbers of KVM: attributes 233, guest_memfd 234, VM types 235, pre-fault 236, huge pages 242.
const able = { 233: 8, 234: 1, 235: 3, 236: 1, 242: 1 }

void test('a kernel that can do nothing has no capability, and no VM is made in it', async (t) => {
  const nothing = { dialects: [], tried: {}, hugePages: [], triedHugePages: {}, capabilities: [] }
  t.strictSame(await probe({}), { ...nothing, lacks: ['private memory'] })
  t.strictSame(await probe({ hasKvm: false }), { ...nothing, lacks: ['KVM'] })
})

void test('the dialect of the definition decides about conversion in place and huge pages', async (t) => {
  const found = await probe({ extensions: able, converts: ['convert-ioctl', 'gmem-attributes'] })
  t.strictSame(found.dialects, ['convert-ioctl', 'gmem-attributes', 'vm-attributes'])
  t.strictSame(found.hugePages, ['convert-ioctl'])
  t.strictSame(found.lacks, [])
  t.strictSame(found.capabilities, ['private-memory', 'vm-attributes', 'pre-fault', 'binary-stats'])
  const has = (dialect: Dialect): boolean[] => {
    const set = capabilitiesOf(found, dialect)
    return [set.has('in-place-conversion'), set.has('hugetlb'), set.has('private-memory')]
  }
  t.strictSame(has('convert-ioctl'), [true, true, true])
  t.strictSame(has('gmem-attributes'), [true, false, true])
  t.strictSame(has('vm-attributes'), [false, false, true])
})

void test('a kernel without the ioctls of the files speaks by attributes of the VM alone', async (t) => {
  const found = await probe({ extensions: able })
  t.strictSame(found.dialects, ['vm-attributes'])
  t.notOk(capabilitiesOf(found, 'convert-ioctl').has('in-place-conversion'))
  const files = dialectSpecs['gmem-attributes'].switches
  const ioctl = 'KVM_SET_MEMORY_ATTRIBUTES2 (0xc080aed2) on a file with flags 0x1 gave ENOTTY'
  t.equal(found.tried['gmem-attributes'], [ioctl, ...files.map((file) => `${file} is absent`)].join(', '))
})

void test('a switch of the kernel that is off is told, with each errno by which it refuses', async (t) => {
  const [, file = ''] = dialectSpecs['gmem-attributes'].switches
  for (const [refusal, name] of [
    [notTty, 'ENOTTY'],
    [notSupported, 'EOPNOTSUPP'],
  ] as const) {
    const found = await probe({ extensions: able, files: { [file]: 'N\n' }, refusal })
    t.match(
      found.tried['gmem-attributes'],
      new RegExp(`gave ${name}, .*/kvm/parameters/gmem_in_place_conversion is N$`),
    )
    t.strictSame(found.dialects, ['vm-attributes'], name)
  }
  const other = await probe({ extensions: able, converts: ['gmem-attributes'], files: { [file]: 'Y\n' } })
  t.notMatch(other.tried['gmem-attributes'], /parameters/)
})

void test('a kernel whose flag for shared pages moved does not speak the dialect', async (t) => {
  const found = await probe({
    extensions: able,
    converts: ['gmem-attributes'],
    creation: (flags) => ((flags & 2n) === 0n ? 0 : invalid),
  })
  t.strictSame(found.dialects, ['vm-attributes'])
  t.match(found.tried['gmem-attributes'], /^KVM_CREATE_GUEST_MEMFD with flags 0x3 gave EINVAL, /)
})

/** Probes a kernel whose creation of a file of huge pages ends so. */
function probeHuge(errno: number, extensions: Readonly<Record<number, number>>): Promise<Probe> {
  return probe({ extensions, converts: ['convert-ioctl'], creation: (flags) => ((flags & 4n) === 0n ? 0 : errno) })
}

void test('huge pages are found by a file of them, and not by a number that moves', async (t) => {
  const { 242: _moved, ...others } = able
  const moved = await probeHuge(0, others)
  t.strictSame(moved.hugePages, ['convert-ioctl'])
  t.ok(capabilitiesOf(moved, 'convert-ioctl').has('hugetlb'))
  t.strictSame((await probeHuge(noMemory, others)).hugePages, ['convert-ioctl'], 'an empty pool is an answer')
  const refused = await probeHuge(invalid, able)
  t.strictSame(refused.hugePages, [])
  t.strictSame(refused.triedHugePages, {
    'convert-ioctl':
      'KVM_CREATE_GUEST_MEMFD with flags 0x5400000000000005 gave EINVAL, KVM_CHECK_EXTENSION of 242 gave 1',
  })
})

void test('a file shows a capability by its existence, by its contents, or by a text in it', async (t) => {
  const cases: readonly [string, string | number, readonly string[]][] = [
    ['/sys/kernel/debug/gup_test', denied, ['gup-test']],
    ['/sys/kernel/debug/gup_test', noEntry, []],
    ['/proc/self/pagemap', denied, []],
    ['/proc/self/pagemap', '', ['pagemap']],
    ['/sys/kernel/slab/kvm_gmem_inode/objects', '3', ['gmem-inode-counter']],
    ['/sys/kernel/slab/kvm_gmem_inode_cache/objects', '3', ['gmem-inode-counter']],
    ['/sys/kernel/slab/kvm_gmem_inode_cache/objects', denied, []],
    ['/proc/self/fail-nth', '0', []],
    ['/sys/fs/cgroup/cgroup.subtree_control', 'cpu', []],
    ['/sys/fs/cgroup/cgroup.subtree_control', 'cpu hugetlb', ['hugetlb-cgroup']],
  ]
  for (const [path, contents, names] of cases) {
    const found = await probe({ files: { [path]: contents } })
    t.strictSame(found.capabilities, names, `${path}: ${contents}`)
  }
})

void test('each capability says what is missing, in one sentence', (t) => {
  for (const [name, { reason }] of Object.entries(capabilities)) t.match(reason, /^(?:this|the) /, name)
  t.end()
})
