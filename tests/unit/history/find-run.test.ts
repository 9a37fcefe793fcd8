// The run that a word of the command line names.
import { test } from 'tap'
import { addRun, runId } from '../../../harness/history/add-run.ts'
import { findRun, parseReference, type ComparedRun } from '../../../harness/history/find-run.ts'
import { emptyHistory, ended, night } from './fixtures/nights.ts'

void test('a reference is last, an id, or one of them behind a kernel', (t) => {
  t.strictSame(parseReference('last'), { run: 'last' })
  t.strictSame(parseReference('0a1b'), { run: '0a1b' })
  t.strictSame(parseReference('gmem-convert@last'), { kernel: 'gmem-convert', run: 'last' })
  t.strictSame(parseReference('k@0123456789ab'), { kernel: 'k', run: '0123456789ab' })
  for (const text of ['', 'results', './last', 'last@k', '0a1', '0123456789abc', 'k@', '@last', 'first']) {
    t.equal(parseReference(text), undefined, text)
  }
  t.end()
})

const of: ComparedRun = { kernel: 'k', suite: 'scenarios', tests: ['a', 'b'], before: '2026-12-20' }
const both = [ended('a', 'PASS'), ended('b', 'PASS')]

async function historyOf(t: Parameters<typeof emptyHistory>[0]) {
  const history = await emptyHistory(t)
  const runs = {
    first: night({ day: 1, results: both }),
    whole: night({ day: 2, results: both }),
    part: night({ day: 3, results: [ended('a', 'PASS')] }),
    cut: night({ day: 4, results: both, aborted: 'interrupted' }),
    killed: night({ day: 5, results: both, aborted: 'killed' }),
    other: night({ day: 6, results: both, kernel: 'other' }),
    later: night({ day: 21, results: both }),
  }
  for (const run of Object.values(runs)) addRun(history, run)
  const idOf = (name: keyof typeof runs): string => {
    const { beginning } = runs[name]
    return beginning.type === 'run-started' ? runId(beginning) : ''
  }
  return { history, idOf }
}

void test('last is the newest whole run that has the most of the tests', async (t) => {
  const { history, idOf } = await historyOf(t)
  const last = { run: 'last' }
  t.equal(findRun(history, last, of)?.id, idOf('whole'), 'neither a part, nor a run that was cut off, nor a later one')
  t.equal(findRun(history, last, { ...of, tests: ['a'] })?.id, idOf('part'))
  t.equal(findRun(history, last, { ...of, tests: ['a', 'b', 'new'] })?.id, idOf('whole'))
  t.equal(findRun(history, { kernel: 'other', run: 'last' }, of)?.id, idOf('other'))
  t.equal(findRun(history, { kernel: 'none', run: 'last' }, of), undefined)
  t.equal(findRun(history, last, { ...of, suite: 'kselftest' }), undefined)
})

void test('a run that this computer could not do hides no complete one', async (t) => {
  const { history, idOf } = await historyOf(t)
  addRun(history, night({ day: 7, results: [ended('a', 'MISS'), ended('b', 'MISS')] }))
  t.equal(findRun(history, { run: 'last' }, of)?.id, idOf('whole'))
})

void test('an id names one run of the same suite', async (t) => {
  const { history, idOf } = await historyOf(t)
  t.equal(findRun(history, { run: idOf('cut').slice(0, 8) }, of)?.id, idOf('cut'), 'also one that was cut off')
  t.equal(findRun(history, { kernel: 'other', run: idOf('other') }, of)?.id, idOf('other'))
  const unknown = { code: 'BASELINE_UNKNOWN', hint: /history list/ }
  t.throws(() => findRun(history, { run: 'ffffffffffff' }, of), { ...unknown, message: /begins the ids of no run in/ })
  t.throws(() => findRun(history, { kernel: 'k', run: idOf('other') }, of), unknown)
  t.throws(() => findRun(history, { run: idOf('whole') }, { ...of, suite: 'kselftest' }), { code: 'BASELINE_REFUSED' })
})
