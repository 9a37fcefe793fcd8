// What this computer spoils is tried once more, in a new instance, and said so; nothing else is.
import { test } from 'tap'
import { BootError, InfraError, ProtocolError } from '../../../harness/base/errors.ts'
import { noSpaceLeft } from '../../../harness/base/free-space.ts'
import type { VmDeath } from '../../../harness/vm/vm.ts'
import { asBooted, fakeInstance, type FakeOptions } from '../fixtures/run/fake-instance.ts'
import { fine, named, run, verdicts } from '../fixtures/run/run.ts'

const killed: VmDeath = { kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' }

function dyingOf(death: VmDeath, splat?: string): FakeOptions {
  return {
    react: (name, puppet) => {
      if (name !== 'setAffinity') return undefined
      if (splat !== undefined) puppet.say(splat)
      puppet.die(death)
      return 'hang'
    },
  }
}

void test('QEMU is killed once: the scenario runs again in a new instance, and passes', async (t) => {
  for (const isolation of ['vm', 'boot', 'none'] as const) {
    const result = await run([named('a', fine), named('b', fine)], {
      isolation,
      instances: [dyingOf(killed), {}],
    })
    t.strictSame(verdicts(result), ['PASS', 'PASS'])
    t.match(result.finished, [{ name: 'a', retried: 'QEMU ended by SIGKILL' }, { name: 'b' }])
    t.notOk('retried' in (result.finished[1] ?? {}))
    t.strictSame(result.events.map((event) => event.type).slice(0, 5), [
      'vm-ready',
      'test-started',
      'test-retried',
      'vm-ready',
      'test-finished',
    ])
    t.ok(result.puppets.every((puppet) => puppet.disposed()))
    t.equal(result.outcome.exitCode, 0)
  }
})

void test('QEMU is stopped once: the scenario runs again in a new instance, and passes; twice: it does not', async (t) => {
  const stopped: FakeOptions = {
    react: (name) => (name === 'setAffinity' ? 'hang' : undefined),
    liveness: { qemu: async () => ({ kind: 'stopped' }) },
  }
  const asking = named('a', fine)
  const result = await run([asking, named('b', fine)], { instances: [stopped, {}] })
  t.strictSame(verdicts(result), ['PASS', 'PASS'])
  t.match(result.finished[0], { retried: /took longer than .*; QEMU is stopped/ })

  const always = await run([named('a', fine)], { instances: [stopped] })
  t.match(always.finished, [{ verdict: 'MISS', retried: /QEMU is stopped/ }])
  t.equal(always.outcome.exitCode, 69)
})

void test('QEMU is killed twice: that is it', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], {
    instances: [dyingOf(killed), dyingOf(killed), {}],
  })
  t.strictSame(verdicts(result), ['MISS', 'PASS'])
  t.match(result.finished[0], {
    retried: 'QEMU ended by SIGKILL',
    diagnostic: { message: 'QEMU ended by SIGKILL', rules: ['S-A1'], again: './gmemtest run a' },
  })
  t.equal(result.boots, 3)
  t.strictSame(result.outcome.verdicts, { PASS: 1, FAIL: 0, ERROR: 0, MISS: 1, SKIP: 0 })
  t.equal(result.outcome.exitCode, 69)
})

void test('the second try counts: a scenario that fails then has failed', async (t) => {
  let tries = 0
  const result = await run(
    [
      named('a', async ({ agent, check }) => {
        tries += 1
        await agent.setAffinity(0)
        check.fail('no')
      }),
    ],
    { instances: [dyingOf({ kind: 'console-ended' }), {}] },
  )
  t.equal(tries, 2)
  t.match(result.finished, [{ verdict: 'FAIL', retried: /console of the instance/, diagnostic: { message: 'no' } }])
})

void test('the second try is in a new instance, also where the first one still runs', async (t) => {
  let tries = 0
  const result = await run(
    [
      named('a', async () => {
        tries += 1
        if (tries === 1) throw new InfraError('QMP_LOST', 'the monitor of QEMU is gone', { transient: true })
      }),
    ],
    { isolation: 'none' },
  )
  t.match(result.finished, [{ verdict: 'PASS', retried: 'the monitor of QEMU is gone' }])
  t.equal(result.boots, 2)
})

void test('what will not pass, or is no MISS, is not tried again', async (t) => {
  for (const [death, verdict] of [
    [{ kind: 'console-full', error: noSpaceLeft('/results') }, 'MISS'],
    [{ kind: 'panic', title: 'oops' }, 'FAIL'],
    [{ kind: 'guest-stopped', reason: 'guest-reset' }, 'FAIL'],
    [{ kind: 'closed' }, 'ERROR'],
  ] as const) {
    const result = await run([named('a', fine)], { isolation: 'vm', instances: [dyingOf(death), {}] })
    t.strictSame(verdicts(result), [verdict])
    t.equal(result.boots, 1)
    t.notOk(result.events.some((event) => event.type === 'test-retried'))
  }
})

void test('a splat before QEMU is killed is a failure, and the first instance’s boot is not forgotten', async (t) => {
  const bug = '[    2.0] BUG: Bad page state in process x'
  const failed = await run([named('a', fine)], { instances: [dyingOf(killed, bug), {}] })
  t.match(failed.finished, [{ verdict: 'FAIL', diagnostic: { message: /Bad page state/ } }])
  const early = await run([named('a', fine)], {
    isolation: 'vm',
    instances: [dyingOf(killed), {}],
    onBoot: (puppet, boot) => (boot === 1 ? puppet.say(bug) : undefined),
  })
  t.match(early.finished, [
    {
      verdict: 'FAIL',
      beforehand: true,
      retried: 'QEMU ended by SIGKILL',
      diagnostic: { message: /Bad page/ },
    },
  ])
})

void test('a splat of the boot is not lost with the scenario that QEMU takes with it', async (t) => {
  const result = await run([named('a', fine), named('b', fine), named('c', fine)], {
    isolation: 'boot',
    instances: [dyingOf(killed), dyingOf(killed), {}],
    onBoot: (puppet) => puppet.say('[    0.5] BUG: Bad page state in process x'),
  })
  t.strictSame(verdicts(result), ['MISS', 'FAIL', 'PASS'])
})

void test('an instance that does not come up is asked for once more if that may help', async (t) => {
  for (const [error, boots, verdict] of [
    [new InfraError('QEMU_KILLED', 'QEMU ended by SIGKILL', { transient: true }), 2, 'PASS'],
    [new InfraError('QEMU_FAILED', 'cannot set up guest memory', { transient: true }), 2, 'PASS'],
    [new InfraError('QEMU_MISSING', 'qemu is not installed'), 1, 'MISS'],
    [noSpaceLeft('/results'), 1, 'MISS'],
    [new BootError('KERNEL_PANIC', 'panic'), 1, 'FAIL'],
    [new ProtocolError('AGENT_GARBAGE', 'garbage'), 1, 'ERROR'],
  ] as const) {
    let count = 0
    const result = await run([named('a', fine)], {
      boot: async () => {
        count += 1
        if (count === 1) throw error
        return asBooted((await fakeInstance()).instance)
      },
    })
    t.equal(count, boots, error.code)
    t.strictSame(verdicts(result), [verdict])
    t.equal(result.finished[0]?.retried, boots === 2 ? error.message : undefined)
    t.equal(result.outcome.exitCode, { PASS: 0, MISS: 69, FAIL: 1, ERROR: 1 }[verdict])
  }
})

void test('an instance that does not come up twice ends the run, with all that is known', async (t) => {
  const error = new InfraError('QEMU_FAILED', 'cannot set up guest memory', { transient: true })
  let count = 0
  const result = await run([named('a', fine), named('b', fine)], {
    boot: async () => {
      count += 1
      throw error
    },
  })
  t.equal(count, 2)
  t.match(result.finished, [{ name: 'a', verdict: 'MISS', retried: error.message }])
  t.equal(result.finished.length, 1)
  t.equal(result.outcome.error, error)
})
