// Two runs of one suite: only what differs is left, and trouble of this computer is no difference.
import { test } from 'tap'
import {
  comparedRun,
  compareRuns,
  requireSameSuite,
  type Comparison,
} from '../../../../harness/campaigns/diff/compare-runs.ts'
import type { TestFinished } from '../../../../harness/report/events.ts'
import type { StoredRun } from '../../../../harness/report/stored/stored-run.ts'
import { ended, failed, night } from '../../history/fixtures/nights.ts'

type Night = Parameters<typeof night>[0]

function compared(before: Partial<Night>, now: Partial<Night>): Comparison {
  const first = comparedRun(night({ day: 1, kernel: 'good', results: [], ...before }))
  const second = comparedRun(night({ day: 2, kernel: 'mine', results: [], ...now }))
  return compareRuns(first, second, [], () => true)
}

function differing({ events }: Comparison): unknown {
  return events.flatMap((event) => (event.type === 'test-finished' ? [[event.name, event.verdict, event.change]] : []))
}

void test('the events are those of a run of the tests that differ', (t) => {
  const seen = { fingerprint: 'old', kind: 'warning', title: 'WARNING in f' }
  const splat = { fingerprint: 'new', kind: 'warning', title: 'WARNING in g' }
  const before = [ended('a', 'PASS'), ended('b', 'PASS'), failed('c', 'no'), failed('d', 'no', { splats: [seen] })]
  const now = [
    ended('a', 'PASS'),
    failed('b', 'no', { splats: [seen, splat] }),
    ended('c', 'PASS'),
    failed('d', 'no', { splats: [seen] }),
  ]
  const result = compared({ results: before }, { results: now })
  t.strictSame(differing(result), [
    ['b', 'FAIL', 'new'],
    ['c', 'PASS', 'fixed'],
  ])
  t.equal(result.exitCode, 1)
  const [beginning, ready, vm] = result.events
  t.match(beginning, { type: 'run-started', kernel: 'mine', tests: ['b', 'c'] })
  t.match([ready, vm], [{ type: 'kernel-ready' }, { type: 'vm-ready' }])
  t.match(result.events.at(-1), {
    type: 'run-finished',
    verdicts: { PASS: 1, FAIL: 1 },
    exitCode: 1,
    milliseconds: 2000,
  })
  const shown = result.events.find((event): event is TestFinished => event.type === 'test-finished')
  t.strictSame(shown?.splats, [seen, { ...splat, isNew: true }])
  t.equal(result.notes.at(-1), '4 tests of good and mine compared: 2 differ, 1 worse, 1 better')
  t.end()
})

void test('two runs without a common test are no comparison', (t) => {
  const result = compared({ results: [ended('a', 'PASS')] }, { results: [failed('b', 'no')] })
  t.strictSame([result.exitCode, differing(result)], [69, []])
  t.end()
})

void test('without anything worse the exit code is 0, also when something is better', (t) => {
  const result = compared({ results: [failed('a', 'no')] }, { results: [ended('a', 'PASS')] })
  t.equal(result.exitCode, 0)
  const nothing = compared({ results: [ended('a', 'PASS')] }, { results: [ended('a', 'PASS')] })
  t.strictSame([nothing.exitCode, differing(nothing)], [0, []])
  t.equal(nothing.notes.at(-1), '1 test of good and mine compared: nothing differs')
  t.match(nothing.notes[0], /^no latency of conversions was compared: 0 runs on good are known/)
  t.end()
})

void test('trouble of this computer is no difference, and not a comparison either', (t) => {
  const passes = ended('a', 'PASS')
  for (const [before, now] of [
    [ended('a', 'MISS'), failed('a', 'no')],
    [passes, ended('a', 'MISS')],
  ] as const) {
    const result = compared({ results: [before] }, { results: [now] })
    t.strictSame([result.exitCode, differing(result)], [69, []])
    t.ok(result.notes.includes('not compared, since one of the runs has no verdict: a'))
    t.equal(result.notes.at(-1), 'no test of good and mine could be compared')
  }
  const cut = compared(
    { results: [passes], tests: ['a', 'b'], aborted: 'killed' },
    { results: [passes, failed('b', 'no')] },
  )
  t.strictSame([cut.exitCode, differing(cut)], [69, []])
  const worse = compared(
    { results: [passes] },
    { results: [failed('a', 'no')], tests: ['a', 'b'], aborted: 'interrupted' },
  )
  t.equal(worse.exitCode, 1, 'what is worse counts before what has no verdict')
  t.end()
})

void test('a test of one run alone is not compared', (t) => {
  const result = compared(
    { results: [ended('a', 'PASS'), ended('x', 'PASS')] },
    { results: [ended('a', 'PASS'), failed('y', 'no')] },
  )
  t.strictSame([result.exitCode, differing(result)], [0, []])
  t.ok(result.notes.includes('2 tests of one run alone are not compared'))
  t.end()
})

function repeated(run: StoredRun, names: readonly string[]): StoredRun {
  if (run.beginning.type !== 'run-started') throw new Error('a night begins')
  return { ...run, beginning: { ...run.beginning, repeated: names } }
}

void test('repetitions are one test, and show the noise of conversions', (t) => {
  const operations = Array.from({ length: 12 }, (_, index) => `test-${index}`)
  const rounds = (slow: number): TestFinished[] =>
    Array.from({ length: 10 }, (_, round) =>
      operations.map((name) => {
        const median = 1000 + round + (name === 'test-3' ? slow : 0)
        const conversions = [{ operation: '4K', count: 5, median, high: median }]
        return ended(`${name}@${round + 1}`, 'PASS', { repeats: name, conversions })
      }),
    ).flat()
  const first = comparedRun(repeated(night({ day: 1, kernel: 'good', results: rounds(0) }), operations))
  const same = comparedRun(repeated(night({ day: 2, kernel: 'mine', results: rounds(0) }), operations))
  const slow = comparedRun(repeated(night({ day: 2, kernel: 'mine', results: rounds(2000) }), operations))
  const nothing = compareRuns(first, same, [], () => true)
  t.strictSame(nothing.notes, ['12 tests of good and mine compared: nothing differs'])
  const result = compareRuns(first, slow, [], () => true)
  t.strictSame(differing(result), [['test-3', 'PASS', 'new']])
  t.match(
    result.events.find(({ type }) => type === 'test-finished'),
    { name: 'test-3', because: /^conversions are slower: 4K took 3\.\d+ µs, and in 10 runs 1\.00 to 1\.00 µs/ },
  )
  t.equal(result.exitCode, 1)
  t.end()
})

void test('two suites have nothing to compare, and neither have mutants', (t) => {
  const first = comparedRun(night({ day: 1, results: [] }))
  const other = { ...first, beginning: { ...first.beginning, suite: 'kselftest' } }
  t.throws(() => requireSameSuite(first, other), {
    code: 'DIFF_REFUSED',
    message: 'r has the suite scenarios, and r has kselftest',
  })
  const beginning = { type: 'mutants-started', time: '', version: 3, kernel: 'k', mutants: [] } as const
  t.throws(() => comparedRun({ ...first.run, beginning }), { code: 'DIFF_REFUSED' })
  t.end()
})

void test('two runs of one kernel are told apart', (t) => {
  const result = compared({ kernel: 'k', results: [ended('a', 'PASS')] }, { kernel: 'k', results: [failed('a', 'no')] })
  t.match(
    result.events.find(({ type }) => type === 'test-finished'),
    {
      because: 'it passes on the first k and fails on the second k',
    },
  )
  t.end()
})
