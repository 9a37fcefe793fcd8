// A run on a kernel that does not speak the dialect of its definition: one error before the first test.
import { test } from 'tap'
import { fine, named, run, verdicts } from '../../fixtures/run/run.ts'

const three = ['a', 'b', 'c'].map((name) => named(name, fine, ['in-place-conversion']))
const noIoctl = (name: string): number | undefined => (name === 'convert' ? 25 : undefined)
/** VM types 235 with the software-protected one, guest_memfd 234: a VM can be made. */
const extensions: Readonly<Record<number, number>> = { 234: 1, 235: 3 }
const able = (name: string, body: Buffer) =>
  name === 'checkExtension' ? { words: [extensions[Number(body.readBigUInt64LE(8))] ?? 0] } : undefined
const noKvm = (name: string): number | undefined => (name === 'checkExtension' ? 9 : undefined)
/** GUEST_MEMFD_FLAG_HUGETLB, bit 2, is EINVAL. */
const refusingHuge = (name: string, body: Buffer) => {
  const isHuge = name === 'gmemCreate' && (body.readBigUInt64LE(16) & 4n) !== 0n
  return isHuge ? { errno: 22 } : able(name, body)
}

void test('a kernel without the ioctl ends the run with one error, which names the calls', async (t) => {
  const instances = [{ react: noIoctl, reply: able }]
  const result = await run(three, { instances, needsDialect: true })
  t.strictSame(verdicts(result), ['ERROR'])
  t.match(result.outcome, { error: { code: 'DIALECT_UNSPOKEN' }, exitCode: 1 })
  t.match(
    result.finished[0]?.diagnostic?.message,
    /^the kernel does not speak the dialect of its definition, convert-ioctl: KVM_GMEM_CONVERT_SHARED \(0xc040af41\) .* ENOTTY$/,
  )
})

void test('a dialect that the definition itself lists as missing is no error', async (t) => {
  const instances = [{ react: noIoctl, reply: able }]
  const result = await run(three, { instances, needsDialect: true, expectSkips: ['in-place-conversion'] })
  t.strictSame(verdicts(result), ['SKIP', 'SKIP', 'SKIP'])
})

void test('tests that need no dialect run without one', async (t) => {
  const result = await run([named('plain', fine)], { instances: [{ react: noIoctl, reply: able }] })
  t.strictSame(verdicts(result), ['PASS'])
})

void test('the event of an instance has the dialect, if the kernel had to speak it', async (t) => {
  for (const needsDialect of [true, false]) {
    const { events } = await run([named('plain', fine)], { instances: [{ reply: able }], needsDialect })
    const ready = events.find((event) => event.type === 'vm-ready')
    t.equal(ready?.dialect, needsDialect ? 'convert-ioctl' : undefined)
  }
})

void test('a kernel without KVM ends the run with one error, which names what it lacks', async (t) => {
  const result = await run(three, { instances: [{ react: noKvm }], needsDialect: true })
  t.strictSame(verdicts(result), ['ERROR'])
  t.match(result.outcome, { error: { code: 'KVM_LACKING', message: 'the kernel has no /dev/kvm' }, exitCode: 1 })
})

void test('a kernel that refuses huge pages ends the run with one error, unless its definition expects that', async (t) => {
  const huge = [...three, named('d', fine, ['hugetlb'])]
  const result = await run(huge, { instances: [{ reply: refusingHuge }], needsDialect: true })
  t.strictSame(verdicts(result), ['ERROR'])
  t.match(result.outcome, { error: { code: 'HUGE_PAGES_LACKING' }, exitCode: 1 })
  const expected = await run(huge, {
    instances: [{ reply: refusingHuge }],
    needsDialect: true,
    expectSkips: ['hugetlb'],
  })
  t.strictSame(verdicts(expected), ['PASS', 'PASS', 'PASS', 'SKIP'])
})
