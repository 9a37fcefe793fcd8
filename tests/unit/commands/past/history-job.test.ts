// What `gmemtest history` prints.
import { existsSync } from 'node:fs'
import { test } from 'tap'
import { addToHistory, listFlaky, listHistory, showHistory } from '../../../../harness/commands/past/history-job.ts'
import { ended, failed, freshDirectory, night } from '../../history/fixtures/nights.ts'
import { keepRun, listening } from '../fixtures/kept-run.ts'

const splats = [{ fingerprint: '0123456789abcdef', kind: 'warning', title: 'WARNING in f\u001b[31m' }]
const again = { type: 'failure-repeated', suite: 'scenarios', name: 'a', runs: 3, failures: 2 } as const
const nights = [
  night({ day: 1, results: [failed('a', 'late by 3', { splats }), again, ended('b', 'PASS')] }),
  night({ day: 2, results: [ended('a', 'PASS'), ended('b', 'SKIP', { reason: 'no hugetlb' }), ended('c', 'MISS')] }),
]

void test('runs are added once, listed, and shown by test and by splat', async (t) => {
  const home = freshDirectory(t)
  const file = `${home}/h.sqlite`
  const places = nights.map((run, index) => keepRun(`${home}/${index}`, run, index === 0 ? '{"type":"vm-l' : ''))
  const { context, out, err } = listening()
  t.equal(await addToHistory(places, file, context), 0)
  t.match(out(), /^[0-9a-f]{12} added: .*\/0\n[0-9a-f]{12} added: .*\/1\n$/)
  t.match(err(), /\/0\/results\.jsonl: the last line is incomplete and left out/)
  await addToHistory(places.slice(0, 1), file, context)
  t.match(out(), /^[0-9a-f]{12} was there: /)

  await listHistory(file, context)
  t.match(
    out(),
    /^[0-9a-f]{12} 2026-12-01 01:00 k scenarios: 1 failed, 1 passed, 0 skipped of 2\n[0-9a-f]{12} 2026-12-02 01:00 k scenarios: 0 failed, 1 passed, 1 skipped, 1 not run of 3\n$/,
  )
  await listFlaky(file, context)
  t.equal(out(), 'a: it failed in 1 of 2 runs on k, 9 to 91 %; last on 2026-12-01 01:00\n')

  await showHistory('a', file, context)
  const lines = out().split('\n')
  t.equal(lines[0], 'a: it failed in 1 of 2 runs on k, 9 to 91 %')
  t.match(lines[1], /^2026-12-01 01:00 [0-9a-f]{12} k FAIL in 0\.3 s: late by 3; when it ran again: 2 of 3$/)
  t.match(lines[2], /^2026-12-02 01:00 [0-9a-f]{12} k PASS in 0\.3 s$/)

  await showHistory('0123456', file, context)
  t.match(out(), /^0123456789abcdef: WARNING in f\n2026-12-01 01:00 [0-9a-f]{12} k a FAIL in 0\.3 s: late by 3; .*\n$/)
})

void test('an unknown name has a hint, and add needs a directory', async (t) => {
  const file = `${freshDirectory(t)}/h.sqlite`
  const { context } = listening()
  await addToHistory(
    [keepRun(freshDirectory(t), night({ day: 1, results: [ended('pinned-page', 'PASS')] }))],
    file,
    context,
  )
  await t.rejects(showHistory('pined-page', file, context), { code: 'HISTORY_UNKNOWN', hint: 'near it: pinned-page' })
  await t.rejects(showHistory('ffffffff', file, context), { code: 'HISTORY_UNKNOWN' })
  await t.rejects(addToHistory([], file, context), { code: 'USAGE', hint: /history add results/ })
})

void test('a directory without a run for the history keeps none of the others out', async (t) => {
  const home = freshDirectory(t)
  const mutants = {
    type: 'mutants-started',
    time: '2026-12-01T01:00:00.000Z',
    version: 3,
    kernel: 'k',
    mutants: [],
  } as const
  const places = [
    `${home}/nowhere`,
    keepRun(`${home}/mutants`, { ...night({ day: 1, results: [] }), lines: [{ event: mutants }] }),
    keepRun(`${home}/run`, night({ day: 1, results: [ended('a', 'PASS')] })),
  ]
  const { context, printed, out } = listening()
  t.equal(await addToHistory(places, `${home}/h.sqlite`, context), 2)
  t.match(out(), /^[0-9a-f]{12} added: .*\/run\n$/)
  t.match(printed, [{ code: 'RESULTS_MISSING' }, { code: 'HISTORY_REFUSED' }])
})

void test('a history that does not exist is not made by reading it', async (t) => {
  const file = `${freshDirectory(t)}/typo.sqlite`
  const { context, out, err } = listening()
  await t.rejects(listHistory(file, context), { code: 'HISTORY_MISSING', message: /no history .*typo/ })
  await t.rejects(listFlaky(file, context), { code: 'HISTORY_MISSING' })
  await t.rejects(showHistory('a', file, context), { code: 'HISTORY_MISSING' })
  t.teardown(() => delete process.env['GMEMTEST_HISTORY'])
  process.env['GMEMTEST_HISTORY'] = file
  t.equal(await listFlaky(undefined, context), 0)
  t.equal(out(), '')
  t.match(err(), /there is no history yet: .*typo/)
  t.notOk(existsSync(file))
})
