// The dialect of a booted kernel: found, refused, or named by its definition.
import { test } from 'tap'
import { onlyDialect, plannedDialect, requireSpoken } from '../../../harness/instance/kernel-dialect.ts'
import type { Probe } from '../../../harness/instance/probe.ts'
import { dialects, type Dialect } from '../../../harness/uapi/dialect.ts'

function speaks(...spoken: readonly Dialect[]): Probe {
  const tried = Object.fromEntries(dialects.map((name) => [name, `the calls of ${name}`]))
  return { dialects: spoken, tried, hugePages: [], triedHugePages: {}, capabilities: [], lacks: [] }
}

function thrown(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

void test('a run is planned for the dialect of the definition, or for the one that needs most', (t) => {
  t.equal(plannedDialect('vm-attributes'), 'vm-attributes')
  t.equal(plannedDialect('auto'), 'convert-ioctl')
  t.end()
})

void test('the only dialect of a kernel is taken', (t) => {
  t.equal(onlyDialect(speaks('gmem-attributes')), 'gmem-attributes')
  t.end()
})

void test('a kernel that speaks nothing is told with all that was tried', (t) => {
  const error = thrown(() => onlyDialect(speaks()))
  t.match(error, { code: 'DIALECT_NONE', fault: 'usage', hint: /kvm\.gmem_in_place_conversion=1/ })
  for (const name of dialects) t.match(error, { message: new RegExp(`${name}: the calls of ${name}`) })
  t.end()
})

void test('a kernel that speaks two needs a definition that names one', (t) => {
  t.match(
    thrown(() => onlyDialect(speaks('convert-ioctl', 'vm-attributes'))),
    {
      code: 'DIALECT_AMBIGUOUS',
      message: 'the kernel speaks convert-ioctl and vm-attributes, and its definition names none of them',
      hint: "write 'dialect: convert-ioctl' or 'dialect: vm-attributes' into the definition",
    },
  )
  t.end()
})

void test('each dialect of a kernel that speaks several is in the hint', (t) => {
  const lines = "'dialect: convert-ioctl' or 'dialect: gmem-attributes' or 'dialect: vm-attributes'"
  const three = ['convert-ioctl', 'gmem-attributes', 'vm-attributes'] as const
  t.match(
    thrown(() => onlyDialect(speaks(...three))),
    { hint: `write ${lines} into the definition` },
  )
  const error = thrown(() => requireSpoken('gmem-attributes-v1', speaks(...three), []))
  t.match(error, { hint: new RegExp(`; the kernel speaks ${three.join(', ')}: write ${lines}$`) })
  t.end()
})

void test('a kernel without KVM or private VMs is told by what it lacks, without advice about dialects', (t) => {
  const cases = [
    ['KVM', 'the kernel has no /dev/kvm', /CONFIG_KVM,/],
    ['private memory', 'the kernel has no guest_memfd, or no software-protected VM type', /CONFIG_KVM_SW_PROTECTED_VM/],
  ] as const
  for (const [lack, message, hint] of cases) {
    const probe: Probe = { ...speaks(), tried: {}, lacks: [lack] }
    for (const work of [() => onlyDialect(probe), () => requireSpoken('convert-ioctl', probe, [])]) {
      const error = thrown(work)
      t.match(error, { code: 'KVM_LACKING', fault: 'usage', message, hint })
      t.notMatch(error, { hint: /kvm\./ })
    }
  }
  t.end()
})

void test('a kernel without the huge pages of its dialect is one error, unless its definition says so', (t) => {
  const tried = 'KVM_CREATE_GUEST_MEMFD with flags 0x5400000000000005 gave EINVAL, KVM_CHECK_EXTENSION of 242 gave 0'
  const without: Probe = { ...speaks('convert-ioctl'), triedHugePages: { 'convert-ioctl': tried } }
  t.match(
    thrown(() => requireSpoken('convert-ioctl', without, ['numa'])),
    {
      code: 'HUGE_PAGES_LACKING',
      message: `the kernel makes no files of huge pages, convert-ioctl: ${tried}`,
      hint: /add 'hugetlb' to expectSkips/,
    },
  )
  requireSpoken('convert-ioctl', without, ['hugetlb'])
  requireSpoken('convert-ioctl', { ...without, hugePages: ['convert-ioctl'] }, [])
  t.end()
})

void test('a kernel must speak the dialect of its definition', (t) => {
  requireSpoken('convert-ioctl', speaks('convert-ioctl', 'vm-attributes'), [])
  t.match(
    thrown(() => requireSpoken('gmem-attributes', speaks('vm-attributes'), [])),
    {
      code: 'DIALECT_UNSPOKEN',
      message: /does not speak the dialect of its definition, gmem-attributes: the calls of gmem-attributes$/,
      hint: /kvm\.gmem_in_place_conversion=1.*; the kernel speaks vm-attributes: write 'dialect: vm-attributes'$/,
    },
  )
  t.end()
})
