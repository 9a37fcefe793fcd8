// The results that a run is compared with: a directory, a run of the history, a list of known failures.
import { writeFileSync } from 'node:fs'
import { test, type Test } from 'tap'
import type { JobOptions } from '../../../../harness/commands/job-options.ts'
import { comparableOf, readComparison } from '../../../../harness/commands/past/comparison.ts'
import { addRun } from '../../../../harness/history/add-run.ts'
import { HistoryFile } from '../../../../harness/history/history-file.ts'
import type { TestFinished } from '../../../../harness/report/events.ts'
import type { StoredRun } from '../../../../harness/report/stored/stored-run.ts'
import { ended, failed, freshDirectory, night } from '../../history/fixtures/nights.ts'
import { keepRun } from '../fixtures/kept-run.ts'

/** The nights before: `known` always fails, `flaky` did once, and `c` never. */
const nights = [
  night({ day: 1, results: [failed('known', 'page 1'), failed('flaky', 'late by 3'), ended('c', 'PASS')] }),
  night({ day: 2, results: [failed('known', 'page 2'), ended('flaky', 'PASS'), ended('c', 'PASS')] }),
  night({ day: 3, results: [ended('c', 'PASS')], kernel: 'other' }),
]
const tonight = [failed('known', 'page 3'), failed('flaky', 'late by 5'), failed('c', 'DATA LOST')]
const results = tonight.filter((event): event is TestFinished => event.type === 'test-finished')

async function historyWith(t: Test, runs: readonly StoredRun[]): Promise<string> {
  const file = `${freshDirectory(t)}/h.sqlite`
  using history = await HistoryFile.open(file)
  for (const run of runs) addRun(history, run)
  return file
}

type Options = Pick<JobOptions, 'baseline' | 'known' | 'history'>

/** Compares the results of tonight, and returns their changes and the sentences for the user. */
async function compare(options: Options, kernel: string = 'k') {
  const notes: string[] = []
  const run = comparableOf(night({ day: 9, results, kernel }))
  const baseline = await readComparison(options, run, (note) => void notes.push(note))
  const changes = results
    .map((event) => baseline?.compared(event))
    .map((event) => event && 'change' in event && event.change)
  return { changes, notes, notMet: baseline?.notMet() ?? [] }
}

void test('without a baseline and a list, nothing is compared', async (t) => {
  t.strictSame((await compare({ history: '/dev/null' })).changes, [undefined, undefined, undefined])
  t.end()
})

void test('a run of the history is a baseline', async (t) => {
  const history = await historyWith(t, nights)
  const { changes, notes } = await compare({ baseline: 'last', history })
  t.strictSame(changes, ['known', 'flaky', 'new'])
  t.match(notes, [/^the baseline is the run [0-9a-f]{12} on k, 2026-12-02 01:00 UTC$/])
  const other = await compare({ baseline: 'other@last', history })
  t.strictSame(other.changes, ['new', 'flaky', 'new'], 'the past of both kernels counts')
  t.match(other.notes, [/on other, 2026-12-03 01:00 UTC, which lacks 2 tests of this run$/])
})

void test('a kernel without a past makes every failure new, and says so', async (t) => {
  const { changes, notes } = await compare({ baseline: 'last', history: await historyWith(t, []) })
  t.strictSame(changes, ['new', 'new', 'new'])
  t.match(notes, [/has no run of k before 20.* UTC that came to its end: every failure is new$/])
})

void test('a directory is a baseline, also one with the name of a reference', async (t) => {
  const history = await historyWith(t, nights)
  const home = freshDirectory(t)
  const [first] = nights
  if (first === undefined) throw new Error('there are nights')
  const { changes } = await compare({ baseline: keepRun(`${home}/last`, first), history })
  t.strictSame(changes, ['known', 'known', 'new'])
  const file = await compare({ baseline: `${home}/last/results.jsonl`, history: await historyWith(t, []) })
  t.strictSame(file.changes, ['known', 'known', 'new'])
  const here = process.cwd()
  process.chdir(home)
  const bare = await compare({ baseline: 'last', history: await historyWith(t, []) })
  process.chdir(here)
  t.strictSame(bare.changes, ['known', 'known', 'new'])
})

void test('a history that cannot be read is a notice for a directory, and an error where it was named', async (t) => {
  const [first] = nights
  if (first === undefined) throw new Error('there are nights')
  const baseline = keepRun(freshDirectory(t), first)
  process.env['GMEMTEST_HISTORY'] = '/dev/null'
  const { changes, notes } = await compare({ baseline })
  t.strictSame(changes, ['known', 'known', 'new'])
  t.match(notes, [
    /^no failure counts as flaky, and no conversion as slower: cannot open or write the history \/dev\/null/,
  ])
  await t.rejects(compare({ baseline, history: '/dev/null' }), { code: 'HISTORY_UNWRITABLE' })
  await t.rejects(compare({ baseline: 'last' }), { code: 'HISTORY_UNWRITABLE' })
  delete process.env['GMEMTEST_HISTORY']
})

const entry = (name: string, day: string): string =>
  `- {test: ${name}, match: page|DATA, reason: reported, owner: mm, expires: ${day}}\n`

void test('a list of known failures is enough, and what did not occur is told', async (t) => {
  const history = await historyWith(t, [])
  const known = `${freshDirectory(t)}/known.yaml`
  writeFileSync(known, entry('known', '2999-01-01') + entry('c', '2020-01-01') + entry('gone', '2999-01-01'))
  const first = await compare({ known, history })
  t.strictSame(first.changes, ['known', 'new', 'new'])
  t.match(first.notMet, [/of gone \(mm, until 2999-01-01\)/])
})

void test('a campaign of mutants has no baseline', async (t) => {
  const campaign = { type: 'mutants-started', time: 'T', version: 3, kernel: 'k', mutants: [] } as const
  const history = await historyWith(t, nights)
  const of = comparableOf({ beginning: campaign, lines: [] })
  await t.rejects(
    readComparison({ baseline: 'last', history }, of, () => undefined),
    { code: 'BASELINE_REFUSED', hint: /--known/ },
  )
})
