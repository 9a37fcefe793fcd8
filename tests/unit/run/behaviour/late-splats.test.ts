// What the kernel has to say when a scenario is over belongs to that scenario, and not to the next one.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { asBooted, fakeInstance, type FakeOptions, type Puppet } from '../../fixtures/run/fake-instance.ts'
import type { VmDeath } from '../../../../harness/vm/vm.ts'
import { fine, named, run, type Body, type Run } from '../../fixtures/run/run.ts'

const splat = '[    2.0] BUG: Bad page state in process kworker'
const failing: Body = async ({ check }) => check.fail('no')

/** Something happens when the second scenario is about to begin: it writes the third marker. */
function betweenTwo(happens: (puppet: Puppet) => 'hang' | undefined): FakeOptions {
  let markers = 0
  return {
    react: (name, puppet) => {
      if (name !== 'writeFile') return undefined
      markers += 1
      return markers === 3 ? happens(puppet) : undefined
    },
  }
}

function complaining(puppet: Puppet): undefined {
  puppet.say(splat)
}

function dying(puppet: Puppet): 'hang' {
  puppet.say('[    2.0] Kernel panic - not syncing: Fatal exception in interrupt')
  puppet.die({ kind: 'panic', title: 'Fatal exception in interrupt' })
  return 'hang'
}

function summary(result: Run): string[] {
  return result.finished.map(({ name, verdict }) => `${name} ${verdict}`)
}

void test('between two scenarios of an instance: the first one fails, the second one runs in another instance', async (t) => {
  for (const happens of [complaining, dying]) {
    let runs = 0
    const counted: Body = async () => void (runs += 1)
    const result = await run([named('a', fine), named('b', counted), named('c', fine)], {
      isolation: 'none',
      instances: [betweenTwo(happens), {}],
    })
    t.strictSame(summary(result), ['a FAIL', 'b PASS', 'c PASS'])
    t.match(result.finished[0]?.diagnostic?.message, /^kernel splat: /)
    t.equal(runs, 1, 'it does not begin on a damaged kernel')
    t.equal(result.boots, 2)
    t.strictSame(
      result.events.map(({ type }) => type).filter((type) => !type.startsWith('run')),
      [
        'vm-ready',
        'test-started',
        'test-finished',
        'vm-lost',
        'test-started',
        'vm-ready',
        'test-finished',
        'test-started',
        'test-finished',
      ],
    )
  }
})

void test('the verdict of the test before takes no time of a test that is about to begin', async (t) => {
  let asked = 0
  const result = await run([named('a', fine), named('b', fine)], {
    isolation: 'none',
    instances: [{ ...betweenTwo(complaining), ask: async () => String((asked += 1)) }, {}],
    // Longer than the deadline of a scenario on a fake instance.
    decode: (lines) => delay(700, lines),
  })
  t.strictSame(summary(result), ['a FAIL', 'b PASS'])
  t.equal(asked, 0, 'nothing seems to hang')
})

void test('an instance that dies while the verdict of the test before is emitted belongs to the next test', async (t) => {
  const puppets: Puppet[] = []
  const result = await run([named('a', fine), named('b', fine)], {
    isolation: 'none',
    onBoot: (puppet) => void puppets.push(puppet),
    onEvent: async (event) => {
      if (event.type !== 'test-finished' || event.name !== 'a') return
      puppets[0]?.die({ kind: 'panic', title: 'Fatal exception' })
      await delay(20)
    },
  })
  t.strictSame(summary(result), ['a PASS', 'b FAIL'])
  t.match(result.finished[1]?.diagnostic?.message, /the kernel panicked/)
})

void test('a test that cannot begin leaves the test before it its verdict', async (t) => {
  const result = await run([named('a', fine), named('b', fine)], {
    isolation: 'none',
    instances: [betweenTwo(() => 'hang'), {}],
  })
  t.strictSame(
    summary(result).map((line) => line.slice(0, 6)),
    ['a PASS', 'b FAIL'],
  )
})

void test('a failed test names a splat of the instance that is closed after it', async (t) => {
  const result = await run([named('a', failing)], {
    isolation: 'vm',
    instances: [{ onDispose: (puppet) => puppet.say(splat) }],
  })
  t.strictSame(summary(result), ['a FAIL'])
  t.match(result.finished[0]?.diagnostic?.message, /^no; later kernel splat: BUG: Bad page state/)
})

void test('a scenario that has failed already stays as it is, and the next one is not charged', async (t) => {
  const result = await run([named('a', failing), named('b', fine)], {
    isolation: 'none',
    instances: [betweenTwo(complaining), {}],
  })
  t.strictSame(summary(result), ['a FAIL', 'b PASS'])
  t.equal(result.finished[0]?.diagnostic?.message, 'no')
  t.equal(result.boots, 2)
})

void test('before its instance is gone: the last scenario fails, with any isolation', async (t) => {
  for (const isolation of ['vm', 'boot', 'none'] as const) {
    const result = await run([named('a', fine)], {
      isolation,
      boot: async () => {
        const { instance, puppet } = await fakeInstance()
        return asBooted({
          ...instance,
          [Symbol.asyncDispose]: async () => {
            puppet.say(splat)
            await instance[Symbol.asyncDispose]()
          },
        })
      },
    })
    t.strictSame(summary(result), ['a FAIL'])
    t.match(result.finished[0]?.diagnostic, { message: /Bad page state/, console: [splat] })
    t.equal(result.outcome.exitCode, 1)
  }
})

void test('a reset without a word, when the scenario has ended already', async (t) => {
  const reset = Promise.withResolvers<VmDeath>()
  const result = await run([named('a', fine)], {
    isolation: 'vm',
    boot: async () => {
      const { instance } = await fakeInstance()
      const booted = asBooted(instance)
      const mark = instance.console.mark.bind(instance.console)
      // The last that is asked of an instance whose scenario has ended.
      Object.assign(instance.console, {
        mark: () => {
          reset.resolve({ kind: 'guest-stopped', reason: 'guest-reset' })
          return mark()
        },
      })
      return { ...booted, died: reset.promise }
    },
  })
  t.strictSame(summary(result), ['a FAIL'])
  t.match(result.finished[0]?.diagnostic?.message, /triple fault/)
})

void test('one that is enough ends the run, also when it failed late', async (t) => {
  const result = await run([named('a', fine), named('b', fine), named('c', fine)], {
    isolation: 'none',
    instances: [betweenTwo(complaining), {}],
    until: ({ verdict }) => verdict === 'FAIL',
  })
  t.strictSame(summary(result).slice(0, 1), ['a FAIL'])
  t.notOk(summary(result).includes('c PASS'))
})

void test('an interruption loses no verdict', async (t) => {
  const controller = new AbortController()
  const result = await run(
    [
      named('a', fine),
      named('b', async () => {
        controller.abort(new Error('interrupted by SIGINT'))
        await new Promise(() => undefined)
      }),
    ],
    { isolation: 'none', signal: controller.signal },
  )
  t.strictSame(summary(result), ['a PASS'])
})

void test('an allowed splat is no damage, and is reported with the scenario before', async (t) => {
  const allow = [{ match: 'Bad page state', reason: 'known', expires: '2999-01-01' }]
  const result = await run([named('a', fine), named('b', fine)], {
    isolation: 'none',
    instances: [betweenTwo(complaining), {}],
    allow,
  })
  t.strictSame(summary(result), ['a PASS', 'b PASS'])
  t.match(result.finished[0]?.allowed, [/allowed until 2999-01-01 \(known\)/])
  t.equal(result.finished[1]?.allowed, undefined)
  t.equal(result.boots, 1)
})
