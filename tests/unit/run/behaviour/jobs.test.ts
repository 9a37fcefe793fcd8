// Several instances at once: the same events and verdicts, however many there are.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { BootError } from '../../../../harness/base/errors.ts'
import { fakeFiles } from '../../fixtures/run/fake-files.ts'
import type { Puppet } from '../../fixtures/run/fake-instance.ts'
import { fine, named, run, takes, verdicts, type Body, type Run } from '../../fixtures/run/run.ts'

const pooledFiles = fakeFiles({ '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '4\n' })

function moment(): PromiseWithResolvers<void> {
  return Promise.withResolvers<void>()
}

const forever: Body = async () => new Promise(() => undefined)

/** What an event says that does not depend on the clock. */
function shapeOf({ events }: Run): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'test-started':
        return `${event.name} starts`
      case 'test-finished':
        return `${event.name} ${event.verdict} ${event.diagnostic?.message ?? event.reason ?? ''}`.trim()
      case 'vm-ready':
        return `${event.profile} ${event.origin}`
      case 'run-started':
      case 'kernel-ready':
      case 'shard-planned':
      case 'vm-lost':
      case 'test-retried':
      case 'failure-repeated':
      case 'run-finished':
        return event.type
      default:
        return event satisfies never
    }
  })
}

const scenarios = [
  named('a', takes(40)),
  named('b', takes(5)),
  named('c', fine, ['gup-test']),
  named('d', async ({ check }) => {
    await delay(20)
    check.equal(1, 2, 'pages')
  }),
  named('e', fine),
  named('f', takes(10), [], { pools: { '2M': 4 } }),
  named('g', fine, [], { pools: { '2M': 8 } }),
  named('h', async ({ check }) => check.fail('no')),
]

void test('one to four workers tell the same story', async (t) => {
  const durations = new Map([
    ['a', 40],
    ['d', 20],
    ['b', 5],
  ])
  const stories = await Promise.all(
    [1, 2, 3, 4].map(async (jobs) => {
      const result = await run(scenarios, {
        isolation: 'vm',
        origin: 'restored',
        jobs,
        durations,
        expectSkips: ['gup-test'],
        instances: [{ files: pooledFiles }],
      })
      t.ok(result.puppets.every((puppet) => puppet.disposed()))
      t.equal(result.outcome.exitCode, 1)
      return shapeOf(result)
    }),
  )
  t.strictSame(stories[0], [
    'plain restored',
    'a starts',
    'a PASS',
    'plain restored',
    'b starts',
    'b PASS',
    'c starts',
    'c SKIP this kernel has no /sys/kernel/debug/gup_test (CONFIG_GUP_TEST)',
    'plain restored',
    'd starts',
    'd FAIL pages: wanted 2, found 1',
    'plain restored',
    'e starts',
    'e PASS',
    'plain restored',
    'h starts',
    'h FAIL no',
    '8 × 2M restored',
    'f starts',
    'f PASS',
    'g starts',
    'g ERROR it needs 8 × 2M, but the instance has 4 (profile: 8 × 2M): see the lines with HugeTLB in the console log',
    'run-finished',
  ])
  for (const story of stories.slice(1)) t.strictSame(story, stories[0])
})

void test('they really work at the same time, the longest first', async (t) => {
  const durations = new Map([
    ['b', 100],
    ['c', 50],
    ['d', 1],
  ])
  const began: string[] = []
  const [aBegan, bBegan, cBegan] = [moment(), moment(), moment()]
  const scenes: Readonly<Record<string, Body>> = {
    a: async () => {
      aBegan.resolve()
      await bBegan.promise
    },
    b: async () => {
      bBegan.resolve()
      await Promise.all([aBegan.promise, cBegan.promise])
    },
    c: async () => cBegan.resolve(),
    d: async () => undefined,
  }
  const result = await run(
    Object.entries(scenes).map(([name, body]) =>
      named(name, async (context) => {
        began.push(name)
        await body(context)
      }),
    ),
    { jobs: 2, durations, isolation: 'boot' },
  )
  t.strictSame(verdicts(result), ['PASS', 'PASS', 'PASS', 'PASS'])
  t.strictSame([began.slice(0, 2).toSorted().join(''), ...began.slice(2)], ['ab', 'c', 'd'])
})

void test('one alone keeps to the order of the plan, also when a later test takes long', async (t) => {
  const began: string[] = []
  const scenes = ['a', 'b', 'c'].map((name) => named(name, async () => void began.push(name)))
  await run(scenes, { durations: new Map([['c', 100]]), isolation: 'boot' })
  t.strictSame(began, ['a', 'b', 'c'])
})

void test('an interruption in the middle: what is finished is told, what was cut off is not', async (t) => {
  const controller = new AbortController()
  const allOthersEnded = moment()
  const result = await run(
    [
      named('a', fine),
      named('b', forever),
      named('c', takes(20)),
      named('d', async (context) => {
        await allOthersEnded.promise
        controller.abort(new Error('interrupted by SIGINT'))
        await forever(context)
      }),
      named('e', fine),
      named('f', async (context) => {
        allOthersEnded.resolve()
        await forever(context)
      }),
      named('g', fine),
    ],
    { jobs: 3, isolation: 'vm', signal: controller.signal },
  )
  t.strictSame(
    result.finished.map(({ name, verdict }) => `${name} ${verdict}`),
    ['a PASS', 'c PASS', 'e PASS'],
  )
  t.match(result.events.at(-1), {
    type: 'run-finished',
    aborted: 'interrupted by SIGINT',
    verdicts: { PASS: 3 },
  })
  t.ok(result.puppets.every((puppet) => puppet.disposed()))
})

void test('a kernel that does not come up at all has one failure, however many workers found out', async (t) => {
  for (const jobs of [1, 2, 4]) {
    const result = await run(
      ['a', 'b', 'c', 'd'].map((name) => named(name, fine)),
      {
        jobs,
        isolation: 'boot',
        boot: async () => {
          await delay(5)
          throw new BootError('KERNEL_PANIC', 'the kernel panicked while it booted')
        },
      },
    )
    t.strictSame(verdicts(result), ['FAIL'])
    t.match(result.events.at(-1), { aborted: 'the kernel panicked while it booted', verdicts: { FAIL: 1 } })
    t.equal(result.outcome.exitCode, 1)
  }
})

void test('a bug of the harness ends all workers, and no instance is left', async (t) => {
  const puppets: Puppet[] = []
  const running = run([named('a', forever), named('b', fine), named('c', forever)], {
    jobs: 3,
    isolation: 'vm',
    onBoot: (puppet) => void puppets.push(puppet),
    until: () => {
      throw new TypeError('x is not a function')
    },
  })
  await t.rejects(running, { message: 'x is not a function' })
  t.strictSame(
    puppets.map((puppet) => puppet.disposed()),
    [true, true, true],
  )
})

void test('an event has the time at which it happened, and its worker, though it waits for others', async (t) => {
  const { events } = await run([named('slow', takes(60)), named('quick', fine)], { jobs: 2, isolation: 'vm' })
  const ends = events.filter((event) => event.type === 'test-finished')
  t.strictSame(
    ends.map(({ name }) => name),
    ['slow', 'quick'],
  )
  t.ok((ends[1]?.time ?? '') < (ends[0]?.time ?? ''), 'the second ended first')
  t.not(ends[0]?.worker, ends[1]?.worker)
})
