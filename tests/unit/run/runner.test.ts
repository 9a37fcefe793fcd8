// A run as its events tell it.
import { test } from 'tap'
import { BootError, InfraError } from '../../../harness/base/errors.ts'
import { noSpaceLeft } from '../../../harness/base/free-space.ts'
import type { FakeOptions, Puppet } from '../fixtures/run/fake-instance.ts'
import { fine, named, run, verdicts } from '../fixtures/run/run.ts'

void test('scenarios run in order, in one instance, each between its events', async (t) => {
  const result = await run([named('a', fine), named('b', fine)])
  t.strictSame(
    result.events.map((event) => event.type),
    ['vm-ready', 'test-started', 'test-finished', 'test-started', 'test-finished', 'run-finished'],
  )
  t.strictSame(verdicts(result), ['PASS', 'PASS'])
  t.equal(result.boots, 1)
  t.equal(result.outcome.exitCode, 0)
  t.ok(result.puppets[0]?.disposed(), 'the machine is closed')
  const console = result.puppets[0]?.console.lines().join('\n') ?? ''
  t.match(console, /scenario a begins[^]*scenario a ended[^]*scenario b begins[^]*scenario b ended/)
})

void test('a failed check says what was wanted, found and done last', async (t) => {
  const result = await run([
    named('bad', async ({ agent, expectErrno }) => {
      expectErrno(await agent.setAffinity(1), 'EAGAIN', 'binding to a CPU')
    }),
  ])
  t.match(result.finished[0]?.diagnostic, {
    message: 'binding to a CPU: wanted EAGAIN, found OK',
    wanted: 'EAGAIN',
    found: 'OK',
    console: [],
    at: /^tests\/unit\/run\/runner\.test\.ts:\d+$/,
  })
  t.ok(result.finished[0]?.diagnostic?.operations.some((line) => line.startsWith('setAffinity(')))
})

void test('a need that is known to be missing is a skip with its reason', async (t) => {
  const result = await run([named('a', fine, ['gup-test', 'pre-fault']), named('b', fine)], {
    expectSkips: ['pre-fault', 'gup-test'],
  })
  t.strictSame(verdicts(result), ['SKIP', 'PASS'])
  t.match(result.finished[0]?.reason, /CONFIG_GUP_TEST.*KVM_PRE_FAULT_MEMORY/)
  t.equal(result.outcome.exitCode, 0)
})

void test('a need that is missing without notice is a failure', async (t) => {
  const result = await run([named('a', fine, ['pre-fault'])])
  t.strictSame(verdicts(result), ['FAIL'])
  t.match(result.finished[0]?.diagnostic?.message, /the definition of fake does not expect that.*pre-fault/)
  // It did not run, so it has killed no mutant.
  t.equal(result.finished[0]?.beforehand, true)
  t.equal(result.outcome.exitCode, 1)
})

void test('an instance that does not come up: FAIL or MISS by whose fault it is, and no further try', async (t) => {
  for (const [error, verdict, exitCode] of [
    [new BootError('BOOT_PANIC', 'the kernel panicked while it booted', { tail: ['last line'] }), 'FAIL', 1],
    [new InfraError('NO_QEMU', 'qemu-system-x86_64 is not installed'), 'MISS', 69],
  ] as const) {
    const result = await run([named('a', fine), named('b', fine)], {
      boot: async () => {
        throw error
      },
    })
    t.strictSame(verdicts(result), [verdict])
    t.equal(result.finished[0]?.diagnostic?.message, error.message)
    t.match(result.events.at(-1), { type: 'run-finished', aborted: error.message })
    t.equal(result.outcome.exitCode, exitCode)
  }
})

void test('an instance that dies before its first scenario: how it died counts, not what broke off', async (t) => {
  for (const [death, verdict, message] of [
    [{ kind: 'console-full', error: noSpaceLeft('/results') }, 'MISS', 'no space left in /results'],
    [{ kind: 'panic', title: 'oops' }, 'FAIL', 'the kernel did not come up: the kernel panicked: oops'],
  ] as const) {
    const react: FakeOptions['react'] = (_name, puppet) => {
      puppet.die(death)
      return 'die'
    }
    const result = await run([named('a', fine), named('b', fine)], { instances: [{ react }] })
    t.strictSame(verdicts(result), [verdict])
    t.match(result.events.at(-1), { type: 'run-finished', aborted: message })
    t.equal(result.outcome.exitCode, verdict === 'MISS' ? 69 : 1)
    t.ok(result.puppets[0]?.disposed())
  }
})

void test('splats of the boot are the first scenario’s failure, and no other’s', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], {
    onBoot: (puppet) => {
      puppet.say('[    0.0] Linux version 6.12.0 (gcc) #1 SMP')
      puppet.say('[    0.5] WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 foo+0x1/0x2')
    },
  })
  t.strictSame(verdicts(result), ['FAIL', 'PASS'])
  t.match(result.finished[0]?.diagnostic?.message, /before this test began: WARNING/)
  t.match(result.finished[0]?.diagnostic?.console, [/WARNING/])
  t.equal(result.boots, 1)
})

void test('a splat between two scenarios is not lost', async (t) => {
  let puppet0: Puppet | undefined
  const scenarios = [named('a', fine), named('b', fine), named('c', fine)]
  const result = await run(scenarios, {
    emit: async (event) => {
      if (event.type === 'test-finished' && event.name === 'a') {
        puppet0?.say('[    2.0] BUG: Bad page state in process kworker')
      }
    },
    onBoot: (puppet) => {
      puppet0 = puppet
    },
  })
  t.strictSame(result.outcome.verdicts, { PASS: 2, FAIL: 1, ERROR: 0, MISS: 0, SKIP: 0 })
})

void test('an interrupted run says so, and does not report the scenario that was cut off', async (t) => {
  const controller = new AbortController()
  const result = await run(
    [
      named('a', fine),
      named('b', async () => {
        controller.abort(new Error('interrupted by SIGINT'))
        await new Promise(() => undefined)
      }),
      named('c', fine),
    ],
    { signal: controller.signal },
  )
  t.strictSame(verdicts(result), ['PASS'])
  t.match(result.events.at(-1), { type: 'run-finished', aborted: 'interrupted by SIGINT' })
  t.ok(result.puppets[0]?.disposed())
})

void test('an instance is kept for its user after the last event', async (t) => {
  let kept = 0
  const result = await run([named('a', fine)], {
    keep: async (given) => {
      kept += 1
      t.match(given, { kind: 'instance', instance: { agent: { kernelRelease: '6.12.0-fake' } } })
    },
  })
  t.equal(kept, 1)
  t.ok(result.puppets[0]?.disposed())
})

void test('the end of each test has what the test looks at, also without an instance', async (t) => {
  const tests = [named('a', fine, ['gup-test']), named('b', fine, ['hugetlb'], { pools: { '2M': 8 } })]
  const { finished } = await run(tests, { expectSkips: ['hugetlb'] })
  t.match(finished, [
    { about: { rules: ['S-A1'], bugs: [], needs: ['gup-test'], pools: [] } },
    { about: { rules: ['S-A1'], bugs: [], needs: ['hugetlb'], pools: ['2M'] } },
  ])
})
