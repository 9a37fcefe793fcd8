// Several workers, each with an instance that it keeps: which test runs where, and that no leak goes unseen.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { fakeFiles } from '../../fixtures/run/fake-files.ts'
import { asBooted, fakeInstance, type Puppet } from '../../fixtures/run/fake-instance.ts'
import { fine, named, run, takes, verdicts, type Body } from '../../fixtures/run/run.ts'

const pooledFiles = fakeFiles({ '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '4\n' })
const kmemleak = '/sys/kernel/debug/kmemleak'
const refused = 12

void test('workers that keep their instances tell the same verdicts, with one instance each', async (t) => {
  for (const jobs of [1, 2, 3]) {
    const result = await run(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => named(name, takes(15))),
      { jobs },
    )
    t.strictSame(
      result.finished.map(({ name, verdict }) => `${name} ${verdict}`),
      ['a PASS', 'b PASS', 'c PASS', 'd PASS', 'e PASS', 'f PASS'],
    )
    t.equal(result.boots, jobs)
  }
})

void test('workers that share instances: each asks kmemleak after the last scenario of its instance', async (t) => {
  let boots = 0
  const result = await run(
    [
      ...['a', 'b', 'c', 'd', 'e'].map((name) => named(name, takes(10))),
      ...['p', 'q', 'r'].map((name) => named(name, takes(10), [], { pools: { '2M': 4 } })),
      named('s', fine, ['gup-test'], { pools: { '2M': 4 } }),
    ],
    {
      jobs: 2,
      expectSkips: ['gup-test'],
      boot: async () => {
        let looks = 0
        const { instance } = await fakeInstance({
          // It can be cleared at the beginning, and refuses to scan.
          files: (path) => (path === kmemleak ? (++looks <= 2 ? '' : refused) : pooledFiles(path)),
        })
        boots += 1
        return asBooted(instance)
      },
    },
  )
  const asked = result.finished.filter(({ diagnostic }) => diagnostic?.message.includes(kmemleak))
  t.equal(asked.length, boots)
  t.ok(asked.every(({ verdict }) => verdict === 'ERROR'))
  t.strictSame(result.outcome.verdicts, { PASS: 8 - boots, FAIL: 0, ERROR: boots, MISS: 0, SKIP: 1 })
})

void test('of two that end at the same moment, the one that gets nothing more asks kmemleak', async (t) => {
  const both = Promise.withResolvers<void>()
  let waiting = 0
  const together: Body = async () => {
    waiting += 1
    if (waiting === 2) both.resolve()
    await both.promise
  }
  const asked = new Set<number>()
  const result = await run([named('a', together), named('b', together), named('c', takes(20))], {
    jobs: 2,
    boot: async (_profile, { worker }) => {
      let looks = 0
      const { instance } = await fakeInstance({
        files: (path) => {
          if (path !== kmemleak) return undefined
          looks += 1
          if (looks <= 2) return ''
          asked.add(worker)
          return refused
        },
      })
      return asBooted(instance)
    },
  })
  t.equal(result.finished.length, 3)
  t.strictSame(asked, new Set([0, 1]))
})

void test('a worker stays with the instance that it shares, though others would be next', async (t) => {
  const pools = { pools: { '2M': 4 } }
  const durations = new Map([
    ['a', 40],
    ['p', 39],
    ['b', 38],
    ['q', 37],
  ])
  const scenes = [
    named('a', takes(60)),
    named('b', fine),
    named('p', fine, [], pools),
    named('q', takes(100), [], pools),
  ]
  const result = await run(scenes, { jobs: 2, durations, instances: [{ files: pooledFiles }] })
  t.strictSame(verdicts(result), ['PASS', 'PASS', 'PASS', 'PASS'])
  t.equal(result.boots, 2)
})

void test('a worker without a test left closes its instance while others still work', async (t) => {
  const puppets: Puppet[] = []
  const result = await run(
    [
      named('a', async ({ check }) => {
        for (let tries = 0; tries < 30 && !puppets.some((puppet) => puppet.disposed()); tries += 1) await delay(10)
        check.that(
          puppets.some((puppet) => puppet.disposed()),
          'the other machine is closed',
        )
      }),
      named('b', fine),
    ],
    { jobs: 2, onBoot: (puppet) => void puppets.push(puppet) },
  )
  t.strictSame(verdicts(result), ['PASS', 'PASS'])
})
