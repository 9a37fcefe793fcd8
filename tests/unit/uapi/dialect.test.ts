import { test } from 'tap'
import { dialects, dialectSpecs, parametersFor, type Dialect } from '../../../harness/uapi/dialect.ts'
import type { KernelTrial } from '../../../harness/uapi/dialect-spec.ts'

const place = { gmem: 'the file', vm: 'the VM', gpa: 4096 }

/** A kernel that knows no number of an extension and no flag of a file. */
const nothing: KernelTrial = {
  extension: () => Promise.resolve(0),
  convertsPage: () => Promise.resolve({ call: 'creation', errno: 'EINVAL' }),
  createsHugePage: () => Promise.resolve('EINVAL'),
}

/** A kernel whose conversions end so. */
function ending(errno: string): KernelTrial {
  return { ...nothing, convertsPage: () => Promise.resolve({ call: 'conversion', errno }) }
}

void test('a dialect in place converts on the file, the other one on the VM', (t) => {
  for (const name of dialects) {
    const { inPlace, conversion } = dialectSpecs[name]
    const wanted = inPlace ? { target: 'the file', base: 0 } : { target: 'the VM', base: 4096 }
    t.strictSame(conversion(place), wanted, name)
  }
  t.end()
})

function flags(name: Dialect): bigint[] {
  return (['shared', 'private'] as const).map((initially) => dialectSpecs[name].creationFlags({ initially }))
}

void test('the flags of a file are those of its dialect, and valid there', (t) => {
  t.strictSame(flags('convert-ioctl'), [1n, 3n])
  t.strictSame(flags('gmem-attributes'), [3n, 1n])
  t.strictSame(flags('vm-attributes'), [0n, 0n])
  for (const name of dialects) {
    for (const each of flags(name)) t.ok(dialectSpecs[name].creation.valid.includes(each), `${name}: ${each}`)
  }
  const huge = dialectSpecs['convert-ioctl'].creationFlags({ initially: 'shared', hugePages: '2M' })
  t.equal(huge, 5n | (21n << 58n))
  t.end()
})

void test('the number of an ioctl has the size of its argument', (t) => {
  for (const name of dialects) {
    const { requests, fields, reservedWords } = dialectSpecs[name].ioctl
    for (const request of Object.values(requests)) {
      t.equal(Number((request >> 16n) & 0x3fffn), (fields.length + reservedWords) * 8, name)
    }
  }
  t.end()
})

void test('a kernel that answers nothing speaks no dialect, and the calls are told', async (t) => {
  for (const name of dialects) t.notOk((await dialectSpecs[name].tryOn(nothing)).isSpoken, name)
  const refused = await dialectSpecs['gmem-attributes'].tryOn(nothing)
  t.equal(refused.tried, 'KVM_CREATE_GUEST_MEMFD with flags 0x1 gave EINVAL')
})

void test('a switch that is off may refuse by another errno, and so may the second ioctl of a dialect', async (t) => {
  for (const errno of ['EOPNOTSUPP', 'EPERM', 'ENOSYS']) {
    t.notOk((await dialectSpecs['gmem-attributes'].tryOn(ending(errno))).isSpoken, errno)
  }
  const moved = await dialectSpecs['convert-ioctl'].tryOn({
    ...nothing,
    convertsPage: (_flags, to) => Promise.resolve({ call: 'conversion', errno: to === 'private' ? 'ENOTTY' : 'OK' }),
  })
  t.strictSame(moved, {
    isSpoken: false,
    tried: 'KVM_GMEM_CONVERT_PRIVATE (0xc040af42) on a file with flags 0x1 gave ENOTTY',
  })
})

void test('an ioctl that does not exist ends in ENOTTY, and any other end is an answer', async (t) => {
  const { tryOn } = dialectSpecs['gmem-attributes']
  t.strictSame(await tryOn(ending('ENOTTY')), {
    isSpoken: false,
    tried: 'KVM_SET_MEMORY_ATTRIBUTES2 (0xc080aed2) on a file with flags 0x1 gave ENOTTY',
  })
  t.ok((await tryOn(ending('OK'))).isSpoken)
  t.ok((await tryOn(ending('EINVAL'))).isSpoken)
  const first = await dialectSpecs['gmem-attributes-v1'].tryOn(ending('ENOTTY'))
  t.match(first.tried, /0xc040aed6/)
})

void test('attributes of the VM are told by their mask', async (t) => {
  const { tryOn } = dialectSpecs['vm-attributes']
  t.ok((await tryOn({ ...nothing, extension: () => Promise.resolve(8) })).isSpoken)
  const unknown = await tryOn({ ...nothing, extension: () => Promise.resolve(4) })
  t.notOk(unknown.isSpoken)
  t.match(unknown.tried, /\(233\) gave 4/)
})

void test('a kernel boots with the words of its dialect, and with those of all when it is open', (t) => {
  const words = ['kvm.vm_memory_attributes=0', 'kvm.gmem_in_place_conversion=1']
  t.strictSame(parametersFor('convert-ioctl'), [])
  t.strictSame(parametersFor('vm-attributes'), [])
  t.strictSame(parametersFor('gmem-attributes'), words)
  t.strictSame(parametersFor('auto'), words)
  t.end()
})
