// The dialect of a booted kernel: found, refused, or named by its definition.
import { test } from 'tap'
import { onlyDialect, requireSpoken } from '../../../harness/instance/kernel-dialect.ts'
import type { Probe } from '../../../harness/instance/probe.ts'
import { dialects, type Dialect } from '../../../harness/uapi/dialect.ts'

function speaks(...spoken: readonly Dialect[]): Probe {
  const tried = Object.fromEntries(dialects.map((name) => [name, `the calls of ${name}`]))
  return { dialects: spoken, tried, hugePages: [], capabilities: [] }
}

function thrown(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

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

void test('a kernel must speak the dialect of its definition', (t) => {
  requireSpoken('convert-ioctl', speaks('convert-ioctl', 'vm-attributes'))
  t.match(
    thrown(() => requireSpoken('gmem-attributes', speaks('vm-attributes'))),
    {
      code: 'DIALECT_UNSPOKEN',
      message: /does not speak the dialect of its definition, gmem-attributes: the calls of gmem-attributes$/,
      hint: /kvm\.gmem_in_place_conversion=1.*; the kernel speaks vm-attributes: write 'dialect: vm-attributes'$/,
    },
  )
  t.end()
})
