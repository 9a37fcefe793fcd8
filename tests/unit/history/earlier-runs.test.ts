// The earlier runs as the plots show them.
import { test } from 'tap'
import { addRun } from '../../../harness/history/add-run.ts'
import { earlierRuns } from '../../../harness/history/earlier-runs.ts'
import { emptyHistory, ended, failed, night } from './fixtures/nights.ts'

const of = { suite: 'scenarios', kernel: 'k', accelerator: 'tcg', before: '2026-12-20' }
const conversions = [{ operation: '4K', count: 5, median: 900, high: 1200 }]

void test('durations are those of tests that passed before, on the same kernel and accelerator', async (t) => {
  const history = await emptyHistory(t)
  addRun(history, night({ day: 1, results: [ended('a', 'PASS', { milliseconds: 100 }), failed('b', 'no')] }))
  addRun(history, night({ day: 2, results: [ended('a', 'PASS', { milliseconds: 300 })] }))
  addRun(history, night({ day: 3, kernel: 'other', results: [ended('a', 'PASS')] }))
  addRun(history, night({ day: 21, results: [ended('a', 'PASS')] }))
  const { runs, durations } = earlierRuns(history, of)
  t.equal(runs, 2)
  t.strictSame([...durations.keys()], ['a'])
  t.strictSame(durations.get('a')?.toSorted(), [100, 300])
  t.equal(earlierRuns(history, { ...of, accelerator: 'kvm' }).runs, 0)
})

void test('a night has the rate of results that came and went on one build', async (t) => {
  const history = await emptyHistory(t)
  addRun(history, night({ day: 1, results: [ended('a', 'PASS'), ended('b', 'PASS'), ended('c', 'SKIP')] }))
  addRun(history, night({ day: 2, results: [failed('a', 'no'), ended('b', 'PASS')] }))
  addRun(history, night({ day: 3, key: 'broken', results: [ended('a', 'PASS'), failed('b', 'always so')] }))
  const { nights } = earlierRuns(history, of)
  t.match(nights, [
    { day: '2026-12-01', runs: 1, rate: 0 },
    { day: '2026-12-02', runs: 1, rate: 0.5 },
    { day: '2026-12-03', runs: 1, rate: 0 },
  ])
  const [, flaky] = nights
  t.ok(flaky !== undefined && flaky.low < 0.5 && flaky.high > 0.5, 'the rate has an interval')
})

void test('latencies are those of each kernel with conversions, the latest first, with their runs', async (t) => {
  const history = await emptyHistory(t)
  const results = [ended('a', 'PASS', { conversions })]
  addRun(history, night({ day: 1, kernel: 'other', results }))
  addRun(history, night({ day: 2, results }))
  addRun(history, night({ day: 3, results }))
  addRun(history, night({ day: 4, kernel: 'without', results: [ended('a', 'PASS')] }))
  const latency = { operation: '4K', median: 0.9, high: 1.2 }
  t.strictSame(earlierRuns(history, of).latencies, [
    { kernel: 'k', runs: 2, ...latency },
    { kernel: 'other', runs: 1, ...latency },
  ])
})

void test('an empty history has nothing to draw', async (t) => {
  const history = await emptyHistory(t)
  t.strictSame(earlierRuns(history, of), { runs: 0, durations: new Map(), nights: [], latencies: [] })
})
