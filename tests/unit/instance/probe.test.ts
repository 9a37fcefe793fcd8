// Capabilities as a scripted kernel shows them.
import { test } from 'tap'
import { capabilities } from '../../../harness/catalogue/capabilities.ts'
import { capabilitiesOf, probeKernel, type Probe } from '../../../harness/instance/probe.ts'
import { dialects, dialectSpecs, type Dialect } from '../../../harness/uapi/dialect.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'

const [noEntry, denied, notTty] = [2, 13, 25]

interface Kernel {
  /** What KVM_CHECK_EXTENSION answers. */
  readonly extensions?: Readonly<Record<number, number>>
  /** The dialects whose ioctl on a file works. */
  readonly converts?: readonly Dialect[]
  readonly files?: Readonly<Record<string, string | number>>
}

async function probe({ extensions = {}, converts = [], files = {} }: Kernel): Promise<Probe> {
  const asked: string[] = []
  await using instance = (
    await fakeInstance({
      files: (path) => files[path] ?? noEntry,
      react: (name) => {
        asked.push(name)
        return undefined
      },
      reply: (name, body) => {
        const second = body.length < 16 ? 0n : body.readBigUInt64LE(8)
        if (name === 'checkExtension') return { words: [extensions[Number(second)] ?? 0] }
        if (name === 'vmCreate') return { words: [(1n << 32n) | 1n] }
        if (name === 'gmemCreate') return { words: [(3n << 32n) | 2n] }
        const dialect = dialects[Number(second)]
        if (name === 'convert' && dialect !== undefined && !converts.includes(dialect)) {
          return { errno: notTty }
        }
        return undefined
      },
    })
  ).instance
  const found = await probeKernel(instance.agent)
  const count = (wanted: string): number => asked.filter((name) => name === wanted).length
  const made = count('vmCreate') + count('gmemCreate')
  if (made !== count('close')) throw new Error(`${made} handles were made, ${count('close')} closed`)
  return found
}

// The numbers of KVM: attributes 233, guest_memfd 234, VM types 235, pre-fault 236, huge pages 242.
const able = { 233: 8, 234: 1, 235: 3, 236: 1, 242: 1 }

void test('a kernel that can do nothing has no capability, and no VM is made in it', async (t) => {
  const found = await probe({})
  const reason = 'this kernel has no guest_memfd, or no software-protected VM type'
  const tried = Object.fromEntries(dialects.map((name) => [name, reason]))
  t.strictSame(found, { dialects: [], tried, hugePages: [], capabilities: [] })
})

void test('the dialect of the definition decides about conversion in place and huge pages', async (t) => {
  const found = await probe({ extensions: able, converts: ['convert-ioctl', 'gmem-attributes'] })
  t.strictSame(found.dialects, ['convert-ioctl', 'gmem-attributes', 'vm-attributes'])
  t.strictSame(found.hugePages, ['convert-ioctl'])
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

void test('a switch of the kernel that is off is told', async (t) => {
  const [, file = ''] = dialectSpecs['gmem-attributes'].switches
  const found = await probe({ extensions: able, files: { [file]: 'N\n' } })
  t.match(found.tried['gmem-attributes'], /gave ENOTTY, .*\/kvm\/parameters\/gmem_in_place_conversion is N$/)
  const other = await probe({ extensions: able, converts: ['gmem-attributes'], files: { [file]: 'Y\n' } })
  t.notMatch(other.tried['gmem-attributes'], /parameters/)
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
