// No text of an event breaks a report or reaches a reader with hidden characters, whatever field has it.
import { execFile } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { hasHidden } from '../../../../harness/base/visible-text.ts'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { hostileCampaign, hostileRun, mutantVerdicts, runVerdicts } from '../fixtures/hostile-events.ts'
import { hostileTexts, isHostile } from '../fixtures/hostile-texts.ts'
import { written } from '../fixtures/written.ts'

const seed = Number(process.env['GMEMTEST_SEED'] ?? Date.now() % 100_000)
const texts = hostileTexts(seed, 60)

interface Assert {
  readonly ok: boolean
  readonly id: number
  readonly skip?: unknown
  readonly diag?: Readonly<Record<string, unknown>>
}

interface Parsed {
  readonly asserts: readonly Assert[]
  readonly results: Readonly<Record<string, unknown>>
  readonly extra: readonly unknown[]
}

function isAssert(value: unknown): value is Assert {
  return typeof value === 'object' && value !== null && 'id' in value && 'ok' in value
}

/** Reads TAP as an independent parser does that accepts nothing else. */
async function parsed(tap: string): Promise<Parsed> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const child = execFile(
    inProject('node_modules/.bin/tap-parser'),
    ['--strict', '-j', '0'],
    { maxBuffer: 2 ** 28 },
    (_error, stdout) => resolve(stdout),
  )
  child.stdin?.end(tap)
  const items: readonly (readonly [string, unknown])[] = JSON.parse(await promise)
  const results = items.find(([type]) => type === 'complete')?.[1]
  return {
    asserts: items.flatMap(([type, value]) => (type === 'assert' && isAssert(value) ? [value] : [])),
    results: typeof results === 'object' && results !== null ? { ...results } : {},
    extra: items.filter(([type]) => type === 'extra'),
  }
}

function isPoint({ type }: ReportEvent): boolean {
  return type === 'test-finished' || type === 'mutant-finished' || type === 'control-finished'
}

/** Finds lines of a report with hidden characters. Tabs are white space, as blanks are. */
function hiddenIn(report: string): readonly string[] {
  return report.replaceAll('\t', ' ').split('\n').filter(hasHidden).slice(0, 5)
}

void test(`TAP has a point for each test, whatever the texts are (GMEMTEST_SEED=${seed})`, async (t) => {
  const tap = await written('tap', hostileRun(texts, undefined))
  t.strictSame(hiddenIn(tap), [])
  const { asserts, results, extra } = await parsed(tap)
  const count = texts.length * runVerdicts.length
  t.strictSame(extra, [], 'nothing in it is not TAP')
  t.equal(asserts.length, count)
  t.match(results, { count, pass: texts.length * 2, fail: texts.length * 3, skip: texts.length, bailout: false })
  t.match(results, { plan: { start: 1, end: count } })
  for (const [index, verdict] of runVerdicts.entries()) {
    const of = asserts.filter((_, place) => place % runVerdicts.length === index)
    t.ok(
      of.every(
        ({ ok, skip }) => ok === (verdict === 'PASS' || verdict === 'SKIP') && Boolean(skip) === (verdict === 'SKIP'),
      ),
      verdict,
    )
    if (verdict === 'PASS' || verdict === 'SKIP') continue
    t.ok(
      of.every(({ diag }) => diag?.['verdict'] === verdict),
      `the block of each point can be read: ${verdict}`,
    )
    t.ok(
      of.every(({ diag }) => Array.isArray(diag?.['console']) && diag['console'].length === 2),
      'and is whole',
    )
  }
})

void test('TAP of a campaign has a point for each mutant', async (t) => {
  const tap = await written('tap', hostileCampaign(texts, undefined))
  t.strictSame(hiddenIn(tap), [])
  const { asserts, results, extra } = await parsed(tap)
  t.strictSame(extra, [], 'nothing in it is not TAP')
  t.match(results, { count: texts.length * mutantVerdicts.length + 1, pass: texts.length, bailout: false })
  const blocks = asserts.filter(({ ok }) => !ok).slice(0, -1)
  t.ok(
    blocks.every(({ diag }) => diag?.['scenarios_tried'] === 1),
    'the block of each point can be read',
  )
})

void test('a reason to stop is one line', async (t) => {
  for (const text of texts.slice(0, 130)) {
    for (const events of [hostileRun(texts.slice(0, 1), text), hostileCampaign(texts.slice(0, 1), text)]) {
      const tap = await written(
        'tap',
        events.filter((event) => !isPoint(event) && event.type !== 'failure-repeated'),
      )
      t.match(tap, /^TAP version 14\n1\.\.\d+\nBail out!.*\n$/)
      t.strictSame(hiddenIn(tap), [])
    }
  }
})

void test('a text that YAML reads as another type stays a text', async (t) => {
  const words = ['null', 'true', '0x10', '1e3', '2026-11-29', '!re /x/', '- x', 'x: y', '|', '...', '---']
  const { asserts } = await parsed(await written('tap', hostileRun(words.filter(isHostile), undefined)))
  t.strictSame(
    asserts.filter(({ ok }) => !ok).map(({ diag }) => diag?.['problem']),
    words.flatMap((word) => [word, word, word]),
  )
})

void test('JSONL is one object a line, and each text survives', async (t) => {
  for (const events of [hostileRun(texts, texts[0]), hostileCampaign(texts, texts[0])]) {
    const report = await written('jsonl', events)
    t.strictSame(hiddenIn(report), [])
    const lines = report.split('\n').slice(0, -1)
    t.equal(lines.length, events.length)
    const lost = lines.filter((line, index) => {
      const { time: _now, ...found } = JSON.parse(line)
      const { time: _then, ...wanted } = { time: '', ...events[index] }
      return !isDeepStrictEqual(found, wanted)
    })
    t.strictSame(lost, [])
  }
})

void test('the terminal shows no hidden character, and nothing that moves its cursor', async (t) => {
  for (const events of [hostileRun(texts, texts[0]), hostileCampaign(texts, texts[0])]) {
    t.strictSame(hiddenIn(await written('terminal', events)), [])
    // Its own: it clears its line, and colours the summary.
    // oxlint-disable-next-line no-control-regex
    const own = /\r\u001b\[K|\u001b\[\d*m/g
    t.strictSame(hiddenIn((await written('terminal', events, { isTty: true })).replaceAll(own, '')), [])
  }
})
