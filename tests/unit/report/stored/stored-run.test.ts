// Results of a run that was killed, of another version, or of something else.
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { test, type Test } from 'tap'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { readRun, type StoredRun } from '../../../../harness/report/stored/stored-run.ts'
import { storyOf } from '../fixtures/story.ts'

const rows = storyOf().map((event) => lineOf(event))

function reading(t: Test, text: string): Promise<StoredRun> {
  return readRun(t.testdir({ 'results.jsonl': text }))
}

void test('a whole run has all of its events, and nothing to say', async (t) => {
  const run = await reading(t, `${rows.join('\n')}\n`)
  t.equal(run.lines.length, rows.length)
  t.strictSame(run.notes, [])
  t.match(run.beginning, { type: 'run-started', kernel: 'k' })
  t.match(await readRun(path.join(run.directory, 'results.jsonl')), { directory: run.directory }, 'by its file too')
})

void test('an incomplete last line is left out', async (t) => {
  const whole = rows.slice(0, 4).join('\n')
  for (const cut of [(rows[4] ?? '').slice(0, 30), rows[4] ?? '', '\0\0\0\0']) {
    const run = await reading(t, `${whole}\n${cut}`)
    t.equal(run.lines.length, 4)
    t.match(run.notes, [/last line is incomplete/])
  }
})

void test('events of a newer version are kept, also those that it has changed', async (t) => {
  const [begin = '', ...others] = rows
  const newer = [
    begin.replace('"version":3', '"version":9'),
    '{"time":"T","type":"from-the-future","x":"\\u202e"}',
    '{"type":"vm-lost"}',
    ...others,
  ]
  const run = await reading(t, `${newer.join('\n')}\n`)
  t.strictSame(run.lines[1], { unknown: newer[1] })
  t.strictSame(run.lines[2], { unknown: newer[2] })
  t.match(run.notes, [
    /a newer gmemtest wrote it \(schema 9, this one reads up to 3\)/,
    /kept 1 events/,
    /kept 1 events/,
  ])
})

void test('results of the first version are read', async (t) => {
  const old = [
    '{"time":"2026-11-24T00:00:00Z","type":"run-started","kernel":"k","dialect":"d","scenarios":["a"]}',
    '{"time":"2026-11-24T00:00:01Z","type":"scenario-started","name":"a","title":"t"}',
    '{"time":"2026-11-24T00:00:02Z","type":"scenario-finished","name":"a","title":"t","verdict":"PASS","milliseconds":5}',
  ]
  const run = await reading(t, `${old.join('\n')}\n`)
  t.match(run.lines[2], { event: { type: 'test-finished', suite: 'scenarios', verdict: 'PASS' } })
})

void test('a damaged file is refused with the line', async (t) => {
  const [begin = '', second = '', ...others] = rows
  const finished = others.find((row) => row.includes('"test-finished"')) ?? ''
  const damaged = [
    ['', /line 1: there is no complete event/],
    ['{"time":', /line 1: there is no complete event/],
    [`${begin}\ntext\n`, /line 2: it is no event/],
    [`${begin}\n\n${second}\n`, /line 2: it is no event/],
    [`${second}\n`, /line 1: it comes before the beginning of a run/],
    [`{"type":"other"}\n${begin}\n`, /line 1: it comes before/],
    [`${begin}\n{"type":"vm-lost"}\n`, /line 2: vm-lost: reason: /],
    [`${begin}\n${begin}\n`, /line 2: a second run begins here/],
    [`${begin}\n${(others.at(-1) ?? '').replace(/"exitCode":\d+/, '"exitCode":1.5')}\n`, /line 2: .*: exitCode: /],
    [`${begin}\n{"type":"failure-repeated","suite":"s","name":"a","runs":1.5,"failures":0}\n`, /line 2: .*: runs: /],
    [`${begin}\n${others.join('\n').replace('"PASS"', '"GOOD"')}\n`, /line \d+: test-finished: verdict: /],
    [`${begin}\n${second}\n${finished}\n${finished}\n`, /line 4: a second result of /],
  ] as const
  for (const [text, message] of damaged) {
    await t.rejects(reading(t, text), { code: 'RESULTS_INVALID', message, hint: /directory of results/ })
  }
})

void test('a directory without results is refused with the next step', async (t) => {
  const missing = path.join(t.testdir(), 'no')
  for (const place of [t.testdir({}), missing, '/dev/null/x']) {
    await t.rejects(readRun(place), { code: 'RESULTS_MISSING', hint: /name the directory of a run/ })
  }
  await t.rejects(readRun(t.testdir({ 'results.jsonl': {} })), { code: 'RESULTS_UNREADABLE' })
})

void test('a device, a pipe and an empty name are refused before anything waits for them', async (t) => {
  const home = t.testdir({ run: {} })
  execFileSync('mkfifo', [`${home}/pipe`, `${home}/run/results.jsonl`])
  for (const place of ['/dev/zero', `${home}/pipe`, `${home}/run`]) {
    await t.rejects(readRun(place), { code: 'RESULTS_INVALID', message: /is a device or a pipe/ })
  }
  process.chdir(t.testdir({ 'results.jsonl': `${rows.join('\n')}\n` }))
  await t.rejects(readRun(''), { code: 'RESULTS_MISSING', message: /^'' has no results\.jsonl/ })
})
