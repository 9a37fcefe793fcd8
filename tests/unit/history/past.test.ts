// The past of the tests of some kernels.
import { test } from 'tap'
import { addRun } from '../../../harness/history/add-run.ts'
import { pastResults, pastTimes, traitsOfPast } from '../../../harness/history/past.ts'
import { addedId, emptyHistory, ended, failed, night } from './fixtures/nights.ts'

const conversions = [{ operation: '4K', count: 5, median: 900, high: 1200 }]

void test('the past has the newest results first, of these kernels and before a time', async (t) => {
  const history = await emptyHistory(t)
  for (const day of [2, 1, 3]) addRun(history, night({ day, results: [ended('a', 'PASS')] }))
  addRun(history, night({ day: 4, kernel: 'other', results: [ended('a', 'PASS')] }))
  const timesOf = (kernels: readonly string[], before?: string): string[] => {
    const past = pastResults(history, { suite: 'scenarios', kernels, ...(before === undefined ? {} : { before }) })
    return (past.get('a') ?? []).map(({ time }) => time.slice(8, 10))
  }
  t.strictSame(timesOf(['k']), ['03', '02', '01'])
  t.strictSame(timesOf(['k', 'other', 'k']), ['04', '03', '02', '01'])
  t.strictSame(timesOf(['k'], '2026-12-03'), ['02', '01'])
  t.strictSame(timesOf([]), [])
  t.equal(pastResults(history, { suite: 'kselftest', kernels: ['k'] }).size, 0)
})

void test('the durations of conversions are those of tests that passed, with the same accelerator', async (t) => {
  const history = await emptyHistory(t)
  const results = [ended('a', 'PASS', { conversions }), failed('b', 'no', { conversions })]
  addRun(history, night({ day: 1, results }))
  const of = { suite: 'scenarios', kernel: 'k', before: '2026-12-20' }
  t.match(pastTimes(history, { ...of, accelerator: 'tcg' }), [{ test: 'a', operation: '4K', median: 900 }])
  t.equal(pastTimes(history, { ...of, accelerator: 'tcg' }).length, 1)
  t.strictSame(pastTimes(history, { ...of, accelerator: 'kvm' }), [])
})

void test('a run of the past has the traits of its failures', async (t) => {
  const history = await emptyHistory(t)
  const run = night({ day: 1, results: [ended('a', 'PASS'), failed('b', 'page 7 is lost')] })
  addRun(history, run)
  t.strictSame(
    [...traitsOfPast(history, addedId(run))],
    [
      ['a', { verdict: 'PASS', message: '', points: [], splats: [] }],
      ['b', { verdict: 'FAIL', message: 'page # is lost', points: [], splats: [] }],
    ],
  )
})
