// Splats and deaths that come when no program runs, and which test is charged with them.
import { test } from 'tap'
import { BuildError, GuestError, ProtocolError } from '../../../../../harness/base/errors.ts'
import type { Puppet } from '../../../fixtures/run/fake-instance.ts'
import { passes, run, type Faults } from '../fixtures/selftests.ts'

const bug = '[    9.0] BUG: something came late'
const onClose = (puppet: Puppet): void => puppet.say(bug)
const onMarker = (puppet: Puppet, marker: string): void => {
  if (!marker.includes('one ended')) return
  puppet.say(`[    9.000000] ${marker}[    9.000001] BUG: kernel NULL pointer dereference, address: 0`)
}

void test('what the kernel says while its instance is closed is charged to the last test', async (t) => {
  const { verdicts, outcome } = await run({ one: passes, two: passes }, { faults: { onClose } })
  t.same(verdicts, ['kvm:one PASS', 'kvm:two FAIL: kernel splat: BUG: something came late'])
  t.equal(outcome.exitCode, 1)

  const allow = [{ match: 'came late', reason: 'it is known', expires: '2999-12-31' }]
  const known = await run({ one: passes }, { faults: { onClose }, allow })
  t.same(known.verdicts, ['kvm:one PASS'])
  t.match(known.events.at(-2), { allowed: [/it is known/] })
})

void test('an instance that dies after the last test', async (t) => {
  const { verdicts } = await run(
    {
      one: async (puppet) => {
        // Asked for when the program is over.
        const mark = puppet.console.mark.bind(puppet.console)
        puppet.console.mark = () => {
          puppet.die({ kind: 'panic', title: 'Fatal exception' })
          return mark()
        }
        return {}
      },
    },
    {},
  )
  t.same(verdicts, ['kvm:one FAIL: the kernel panicked: Fatal exception'])
})

for (const [what, late] of [
  ['complains', (puppet) => puppet.say(bug)],
  ['panics', (puppet) => puppet.die({ kind: 'panic', title: 'Fatal exception' })],
] as const satisfies readonly (readonly [string, (puppet: Puppet) => void])[]) {
  void test(`the kernel ${what} between two tests: it is the first one's doing`, async (t) => {
    let begun = 0
    const onTwo = (puppet: Puppet, marker: string): void => {
      if (!marker.includes('two begins')) return
      begun += 1
      if (begun === 1) late(puppet)
    }
    const ran = await run({ one: passes, two: passes }, { faults: { onMarker: onTwo } })
    const { verdicts, events } = ran
    t.match(verdicts, [/^kvm:one FAIL: (?:the kernel panicked|kernel splat: BUG: something)/, /^kvm:two PASS$/])
    t.equal(ran.boots, 2)
    const order = events.flatMap((event) => ('name' in event ? [`${event.type} ${event.name}`] : []))
    t.same(order, ['test-started kvm:one', 'test-finished kvm:one', 'test-started kvm:two', 'test-finished kvm:two'])
  })
}

for (const [what, late] of [
  ['complains', (puppet) => puppet.say(bug)],
  ['panics', (puppet) => puppet.die({ kind: 'panic', title: 'Fatal exception' })],
] as const satisfies readonly (readonly [string, (puppet: Puppet) => void])[]) {
  void test(`the kernel ${what} while the next program is pushed: it is the first one's doing`, async (t) => {
    let pushes = 0
    const onPush = (puppet: Puppet, program: string): void => {
      if (program.endsWith('/two') && ++pushes === 1) late(puppet)
    }
    const ran = await run({ one: passes, two: passes }, { faults: { onPush } })
    t.match(ran.verdicts, [/^kvm:one FAIL: (?:the kernel panicked|kernel splat: BUG: something)/, /^kvm:two PASS$/])
    t.same([ran.boots, pushes], [2, 2])
  })
}

for (const [error, verdict] of [
  [new GuestError('PUSH_FAILED', 'no space in the instance'), 'FAIL: no space in the instance'],
  [new ProtocolError('SSH_LOST', 'lost the ssh connection'), 'ERROR: lost the ssh connection'],
] as const) {
  void test(`a program that cannot be pushed: ${error.code}`, async (t) => {
    const faults: Faults = {
      onPush: (_, program) => {
        if (program.endsWith('/two')) throw error
      },
    }
    const ran = await run({ one: passes, two: passes, three: passes }, { faults })
    t.same(ran.verdicts, ['kvm:one PASS', `kvm:two ${verdict}`, 'kvm:three PASS'])
    t.equal(ran.boots, 2)
  })
}

void test('before a program that does not compile, the verdict that waits is told', async (t) => {
  const error = new BuildError('SELFTEST_BUILD_FAILED', 'it does not compile', { tail: [] })
  const one = { target: 'kvm', test: 'one', program: '/x', timeout: 45 }
  const tests = [one, { target: 'kvm', test: 'bad', error }, { ...one, test: 'two' }]
  const { verdicts, boots } = await run({ one: passes, two: passes }, { tests })
  t.same(verdicts, ['kvm:one PASS', 'kvm:bad ERROR: it does not compile', 'kvm:two PASS'])
  t.equal(boots, 1)
})

void test('a splat of the boot is not lost with a test that has no verdict', async (t) => {
  const { verdicts } = await run(
    {
      one: async (puppet) => {
        puppet.die({ kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' })
        return new Promise(() => undefined)
      },
      two: passes,
      three: passes,
    },
    { faults: { boot: ['[    0.0] Linux version 6.12.0', '[    1.0] BUG: something'] } },
  )
  t.same(verdicts, [
    'kvm:one MISS: QEMU ended by SIGKILL',
    'kvm:two FAIL: kernel splat before this test began: BUG: something',
    'kvm:three PASS',
  ])
})

void test('a splat on the line of a marker', async (t) => {
  const { verdicts } = await run({ one: passes, two: passes }, { faults: { onMarker } })
  t.match(verdicts, [/^kvm:one FAIL: kernel splat: BUG: kernel NULL pointer/, 'kvm:two PASS'])
})
