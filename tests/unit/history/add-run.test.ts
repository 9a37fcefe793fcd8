// A run is in the history once, with all that was known at last.
import { test } from 'tap'
import { z } from 'zod'
import { addRun, runId } from '../../../harness/history/add-run.ts'
import { pastResults } from '../../../harness/history/past.ts'
import type { StoredRun } from '../../../harness/report/stored/stored-run.ts'
import { emptyHistory, ended, failed, night } from './fixtures/nights.ts'

const runs = z.object({ id: z.string(), aborted: z.string().nullable() })
const all = 'SELECT id, aborted FROM runs ORDER BY time'

void test('a run is added once, also under another name', async (t) => {
  const history = await emptyHistory(t)
  const run = night({ day: 1, results: [ended('a', 'PASS'), failed('b', 'no')] })
  t.equal(addRun(history, run), 'added')
  t.equal(addRun(history, { ...run, directory: 'elsewhere' }), 'known')
  t.equal(history.rows(runs, all).length, 1)
  t.equal(addRun(history, night({ day: 2, results: [ended('a', 'PASS')] })), 'added')
  t.equal(history.rows(runs, all).length, 2)
})

void test('a run that was read too early is replaced', async (t) => {
  const history = await emptyHistory(t)
  const tests = ['a', 'b']
  const cut = night({ day: 1, tests, results: [ended('a', 'PASS')], aborted: 'killed' })
  t.equal(addRun(history, cut), 'added')
  t.strictSame(history.rows(runs, all)[0]?.aborted, 'it was killed')
  const whole = night({ day: 1, tests, results: [ended('a', 'PASS'), ended('b', 'PASS')] })
  t.equal(addRun(history, whole), 'replaced')
  t.strictSame(history.rows(runs, all)[0]?.aborted, null)
  t.equal(addRun(history, cut), 'known', 'less than is there')
  t.equal(pastResults(history, { suite: 'scenarios', kernels: ['k'] }).size, 2)
})

void test('a merged run of which a shard ran again is replaced', async (t) => {
  const history = await emptyHistory(t)
  const first = night({ day: 1, results: [ended('a', 'PASS'), ended('b', 'MISS')] })
  const again = night({ day: 1, results: [ended('a', 'PASS'), ended('b', 'PASS')] })
  t.equal(addRun(history, first), 'added')
  t.equal(addRun(history, first), 'known')
  t.equal(addRun(history, again), 'replaced')
  const past = pastResults(history, { suite: 'scenarios', kernels: ['k'] })
  t.match(past.get('b'), [{ verdict: 'PASS' }])
})

void test('events of a newer version and a second result of a name do no harm', async (t) => {
  const history = await emptyHistory(t)
  const run = night({ day: 1, results: [failed('a', 'no'), ended('a', 'PASS')] })
  addRun(history, { ...run, lines: [...run.lines, { unknown: '{"type":"from-the-future"}' }] })
  const past = pastResults(history, { suite: 'scenarios', kernels: ['k'] }).get('a')
  t.match(past, [{ verdict: 'PASS' }])
})

void test('hostile texts are kept as they are, and cut', async (t) => {
  const history = await emptyHistory(t)
  const text = `'); DROP TABLE runs; --\u0000\ud800\u202e${'x'.repeat(2 ** 20)}`
  const splats = [{ fingerprint: text.slice(0, 20), kind: text, title: text }]
  addRun(history, night({ day: 1, results: [failed(text.slice(0, 60), text, { splats })] }))
  t.equal(history.rows(runs, all).length, 1)
})

function beginningAt(time: string): StoredRun {
  const run = night({ day: 1, results: [ended('a', 'PASS')] })
  const { beginning } = run
  if (beginning.type !== 'run-started') throw new Error('a night begins')
  return { ...run, beginning: { ...beginning, time } }
}

void test('times of all zones are in one order, and a text that is no time is refused', async (t) => {
  const history = await emptyHistory(t)
  addRun(history, beginningAt('2026-12-02T00:00:00.000Z'))
  addRun(history, beginningAt('2026-12-02T08:00:00+09:00'))
  const times = history.rows(z.object({ time: z.string() }), 'SELECT time FROM runs ORDER BY time')
  t.strictSame(times, [{ time: '2026-12-01T23:00:00.000Z' }, { time: '2026-12-02T00:00:00.000Z' }])
  t.throws(() => addRun(history, beginningAt('yesterday')), {
    code: 'HISTORY_REFUSED',
    message: /'yesterday', which is no time/,
  })
})

void test('a campaign and a shard are refused', (t) => {
  const refused = async (run: StoredRun, message: RegExp): Promise<void> => {
    const history = await emptyHistory(t)
    t.throws(() => addRun(history, run), { code: 'HISTORY_REFUSED', message })
  }
  const run = night({ day: 1, results: [] })
  const { beginning } = run
  if (beginning.type !== 'run-started') throw new Error('a night begins')
  const shard = { index: 1, count: 2, total: 3, places: [], basis: '' }
  const campaign = { type: 'mutants-started', time: 'T', version: 3, kernel: 'k', mutants: [] } as const
  return Promise.all([
    refused({ ...run, beginning: { ...beginning, shard } }, /shard 1 of 2/),
    refused({ ...run, beginning: campaign }, /campaign of mutants/),
  ])
})

void test('the id does not depend on the place of the results', (t) => {
  const { beginning } = night({ day: 1, results: [] })
  if (beginning.type !== 'run-started') throw new Error('a night begins')
  t.match(runId(beginning), /^[0-9a-f]{12}$/)
  t.equal(runId(beginning), runId({ ...beginning, version: 4 }))
  t.not(runId(beginning), runId({ ...beginning, kernel: 'other' }))
  t.end()
})
