// How much scenarios share: an instance of their own each, or one while it is clean.
import { test } from 'tap'
import { gatherFacts } from '../../../../harness/instance/instance-facts.ts'
import { fakeFiles } from '../../fixtures/run/fake-files.ts'
import { asBooted, fakeInstance, type FakeOptions, type Puppet } from '../../fixtures/run/fake-instance.ts'
import type { Kept } from '../../../../harness/run/run-options.ts'
import { fine, named, run, verdicts } from '../../fixtures/run/run.ts'

const poolOf2M = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'

const complain: FakeOptions['react'] = (name, puppet) => {
  if (name === 'setAffinity') puppet.say('[    2.0] BUG: Bad page state in process x')
  return undefined
}

const panic: FakeOptions['react'] = (name, puppet) => {
  if (name !== 'setAffinity') return undefined
  puppet.die({ kind: 'panic', title: 'oops' })
  return 'hang'
}

void test('an instance of their own: nothing runs where something has run, and one is closed before the next', async (t) => {
  for (const isolation of ['vm', 'boot'] as const) {
    const earlier: Puppet[] = []
    const result = await run([named('a', fine), named('b', fine), named('c', fine)], {
      isolation,
      onBoot: (puppet) => {
        t.ok(earlier.every((one) => one.disposed()))
        earlier.push(puppet)
      },
    })
    t.strictSame(verdicts(result), ['PASS', 'PASS', 'PASS'])
    t.equal(result.boots, 3)
    for (const [index, puppet] of result.puppets.entries()) {
      const markers = puppet.console.lines().filter((line) => line.includes('begins'))
      t.match(markers, [new RegExp(`scenario ${'abc'[index]} begins`)])
      t.equal(markers.length, 1)
    }
  }
})

void test('a failure in an instance of its own is no lost instance', async (t) => {
  const instances = [{ react: complain }, {}]
  const own = await run([named('a', fine), named('b', fine)], { isolation: 'vm', instances })
  t.strictSame(verdicts(own), ['FAIL', 'PASS'])
  t.notOk(own.events.some((event) => event.type === 'vm-lost'))
  const shared = await run([named('a', fine), named('b', fine), named('c', fine)], { instances })
  t.strictSame(verdicts(shared), ['FAIL', 'PASS', 'PASS'])
  t.equal(shared.boots, 2)
  t.strictSame(
    shared.events.map((event) => event.type).filter((type) => type.startsWith('vm-')),
    ['vm-ready', 'vm-lost', 'vm-ready'],
  )
})

void test('an instance that nothing has run in waits for a test that it can serve', async (t) => {
  const result = await run([named('a', fine, ['gup-test']), named('b', fine), named('c', fine)], {
    isolation: 'vm',
    expectSkips: ['gup-test'],
  })
  t.strictSame(verdicts(result), ['SKIP', 'PASS', 'PASS'])
  t.equal(result.boots, 2)
  t.strictSame(
    result.events.map((event) => event.type),
    [
      'test-started',
      'test-finished',
      'vm-ready',
      'test-started',
      'test-finished',
      'vm-ready',
      'test-started',
      'test-finished',
      'run-finished',
    ],
  )
})

void test('copies are checked once for each profile, instances that boot each time', async (t) => {
  for (const [origin, looks] of [
    ['restored', 2],
    ['booted', 4],
  ] as const) {
    let count = 0
    const files: FakeOptions['files'] = (path) => {
      if (path === poolOf2M) count += 1
      return path === poolOf2M ? '4\n' : undefined
    }
    const pools = { pools: { '2M': 4 } }
    const scenarios = [named('a', fine), named('b', fine), named('c', fine, [], pools), named('d', fine, [], pools)]
    const result = await run(scenarios, { isolation: 'vm', origin, instances: [{ files }] })
    t.strictSame(verdicts(result), ['PASS', 'PASS', 'PASS', 'PASS'])
    // Each watch of the counters looks into that file as well, before and after the scenario.
    t.equal(count - 2 * result.boots, looks)
  }
})

void test('an instance that had to be booted is checked, also after copies', async (t) => {
  const origins = ['restored', 'restored', 'booted'] as const
  let boots = 0
  const pages = ['4\n', '4\n', '2\n']
  const pools = { pools: { '2M': 4 } }
  const scenarios = ['a', 'b', 'c'].map((name) => named(name, fine, [], pools))
  const result = await run(scenarios, {
    isolation: 'vm',
    boot: async () => {
      const index = boots
      boots += 1
      const files = fakeFiles({ [poolOf2M]: pages[index] ?? '' })
      const { instance } = await fakeInstance({ files })
      const origin = origins[index] ?? 'booted'
      if (origin === 'booted') return asBooted(instance)
      return { ...asBooted(instance), origin, facts: await gatherFacts(instance.agent) }
    },
  })
  t.strictSame(verdicts(result), ['PASS', 'PASS', 'ERROR'])
})

void test('what a copy lacks is known from the first one, and costs no other', async (t) => {
  const pools = { pools: { '2M': 4 } }
  const result = await run([named('a', fine, [], pools), named('b', fine, [], pools)], {
    isolation: 'vm',
    origin: 'restored',
    instances: [{ files: fakeFiles({ [poolOf2M]: '2\n' }) }],
  })
  t.strictSame(verdicts(result), ['ERROR', 'ERROR'])
  t.equal(result.boots, 1)
})

void test('splats of the boot that a copy comes from are the failure of the first scenario alone', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], {
    isolation: 'vm',
    origin: 'restored',
    onBoot: (puppet) => {
      puppet.say('[    0.0] Linux version 6.12.0 (gcc) #1 SMP')
      puppet.say('[    0.5] WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 foo+0x1/0x2')
    },
  })
  t.strictSame(verdicts(result), ['FAIL', 'PASS'])
  t.match(result.finished[0], {
    beforehand: true,
    diagnostic: { message: /before this test began: WARNING/ },
  })
})

/** Its kernel prints a splat during the checks. */
const warns: FakeOptions = {
  react: (name, puppet) => {
    if (name === 'checkExtension') puppet.say('[    0.5] WARNING: CPU: 0 PID: 9 at kernel/foo.c:1 foo+0x1/0x2')
    return 0
  },
}

void test('splats during the checks of an instance belong to its boot, and are judged once', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], { isolation: 'boot', instances: [warns] })
  t.strictSame(verdicts(result), ['FAIL', 'PASS'])
  t.equal(result.boots, 2)
  t.match(result.finished[0], {
    beforehand: true,
    diagnostic: { message: /before this test began: WARNING/ },
  })
})

void test('splats during the checks of the second instance alone are not lost', async (t) => {
  const result = await run([named('a', fine), named('b', fine), named('c', fine)], {
    isolation: 'boot',
    instances: [{}, warns],
  })
  t.strictSame(verdicts(result), ['PASS', 'FAIL', 'PASS'])
})

void test('a kernel that boots twice while it boots has reset itself', async (t) => {
  const result = await run([named('a', fine)], {
    onBoot: (puppet) => {
      puppet.say('[    0.0] Linux version 6.12.0 (gcc) #1 SMP')
      puppet.say('[    0.0] Linux version 6.12.0 (gcc) #1 SMP')
    },
  })
  t.match(result.finished, [{ verdict: 'FAIL', diagnostic: { message: /before this test began: Linux version/ } }])
})

void test('what comes after the boot and before the scenario is not lost', async (t) => {
  const result = await run([named('a', fine)], {
    isolation: 'vm',
    instances: [
      {
        react: (name, puppet) => {
          if (name === 'directory') puppet.say('[    1.0] WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 foo+0x1/0x2')
          return undefined
        },
      },
    ],
  })
  t.match(result.finished, [{ verdict: 'FAIL', beforehand: true }])
})

void test('the instance of the last scenario is kept, and no other', async (t) => {
  for (const isolation of ['vm', 'boot', 'none'] as const) {
    let kept = 0
    const puppets: Puppet[] = []
    const result = await run([named('a', fine), named('b', async ({ check }) => check.fail('no'))], {
      isolation,
      keep: async (given) => {
        kept += 1
        if (given.kind !== 'instance') throw new Error(given.reason)
        t.ok(given.instance.console.lines().some((line) => line.includes('scenario b begins')))
        t.strictSame(
          puppets.map((puppet) => puppet.disposed()),
          isolation === 'none' ? [false] : [true, false],
        )
      },
      onBoot: (puppet) => void puppets.push(puppet),
    })
    t.equal(kept, 1)
    t.ok(result.puppets.every((puppet) => puppet.disposed()))
  }
})

void test('why no instance is kept', async (t) => {
  const hang: FakeOptions = { react: (name) => (name === 'setAffinity' ? 'hang' : undefined) }
  const skipped = named('b', fine, ['vm-attributes'])
  for (const [isolation, instance, tests, reason] of [
    ['vm', { react: panic }, [named('a', fine)], /^the kernel panicked: oops/],
    ['none', { react: panic }, [named('a', fine)], /^the kernel panicked: oops/],
    ['vm', { react: panic }, [named('a', fine), skipped], /^the kernel panicked: oops/],
    ['none', hang, [named('a', fine)], /^a took longer than 0\.5 s; .* is stuck in it/],
    ['vm', hang, [named('a', fine)], undefined],
  ] as const) {
    const given: Kept[] = []
    await run(tests, { isolation, instances: [instance], keep: async (one) => void given.push(one) })
    t.match(given, reason === undefined ? [{ kind: 'instance' }] : [{ kind: 'nothing', reason }])
  }
})

void test('a source hears in time what is wanted next', async (t) => {
  const hints: string[] = []
  const pools = { pools: { '2M': 4 } }
  const options = {
    instances: [{ files: fakeFiles({ [poolOf2M]: '4' }) }],
    prepare: (profile: { readonly pools: { readonly '2M': number } }, worker: number) =>
      void hints.push(`${worker}: ${profile.pools['2M']}`),
  }
  const scenarios = [named('a', fine), named('b', fine), named('c', fine, [], pools)]
  await run(scenarios, { ...options, isolation: 'vm' })
  t.strictSame(hints, ['0: 0', '0: 4'])
  hints.length = 0
  await run(scenarios, options)
  t.strictSame(hints, [], 'a machine that is shared is not replaced')
})
