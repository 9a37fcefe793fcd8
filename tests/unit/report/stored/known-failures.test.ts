// A list of known failures: its mistakes, what it excuses, and what it tells.
import { test } from 'tap'
import type { SplatNote, TestFinished } from '../../../../harness/report/events.ts'
import { KnownFailures, readKnownFailures } from '../../../../harness/report/stored/known-failures.ts'
import { diagnosticOf } from '../fixtures/story.ts'

const today = '2026-12-15'
const entry = {
  test: 'pinned-*',
  match: String.raw`wanted \d+`,
  reason: 'reported upstream',
  owner: 'mm@example.org',
  expires: '2026-12-31',
}

function failure(name: string, message: string, splats: readonly SplatNote[] = []): TestFinished {
  const named = { type: 'test-finished', suite: 's', name, title: '', milliseconds: 1 } as const
  return { ...named, verdict: 'FAIL', diagnostic: diagnosticOf(message), splats }
}

function splat(title: string, allowed?: string): SplatNote {
  return { fingerprint: title, kind: 'warning', title, ...(allowed === undefined ? {} : { allowed }) }
}

void test('an entry excuses the named failure of the named tests', (t) => {
  const known = new KnownFailures([entry], today)
  t.strictSame(known.of(failure('pinned-page', 'wanted 3, found 4')), {
    isExpired: false,
    text: 'reported upstream (mm@example.org, until 2026-12-31)',
  })
  t.equal(known.of(failure('pinned-page', 'DATA LOST')), undefined, 'another fault')
  t.equal(known.of(failure('a-pinned-page', 'wanted 3')), undefined, 'another test')
  t.equal(known.of({ ...failure('pinned-page', 'wanted 3'), verdict: 'PASS' }), undefined)
  t.end()
})

void test('an entry matches the titles of all splats, since another one may hide behind a known one', (t) => {
  const known = new KnownFailures([{ ...entry, match: 'WARNING in f$' }], today)
  const message = 'the kernel complained'
  t.ok(known.of(failure('pinned-page', message, [splat('WARNING in f')])))
  t.ok(known.of(failure('pinned-page', message, [splat('WARNING in f'), splat('BUG in g', 'allowed')])))
  t.notOk(known.of(failure('pinned-page', message, [splat('WARNING in f'), splat('BUG in g')])))
  t.notOk(known.of(failure('pinned-page', 'WARNING in f', [splat('BUG in g')])))
  t.end()
})

void test('an entry holds through its last day, and then counts again and says so', (t) => {
  const on = (day: string) => new KnownFailures([entry], day).of(failure('pinned-page', 'wanted 3'))
  t.match(on('2026-12-31'), { isExpired: false })
  t.strictSame(on('2027-01-01'), {
    isExpired: true,
    text: 'it was known until 2026-12-31, and counts again: reported upstream (mm@example.org)',
  })
  const renewed = { ...entry, expires: '2027-06-30', reason: 'renewed' }
  t.match(new KnownFailures([entry, renewed], '2027-01-01').of(failure('pinned-page', 'wanted 3')), {
    isExpired: false,
    text: /^renewed/,
  })
  t.end()
})

void test('an entry that named nothing is told', (t) => {
  const other = { ...entry, test: 'gone', expires: '2026-12-01' }
  const known = new KnownFailures([entry, other], today)
  t.equal(known.notMet(new Set()).length, 2)
  known.of(failure('pinned-page', 'wanted 3'))
  const about = String.raw`the known failure 'wanted \d+' of gone (mm@example.org, expired on 2026-12-01)`
  t.strictSame(known.notMet(new Set(['gone'])), [`${about} did not occur`])
  t.strictSame(known.notMet(new Set(['other'])), [`${about} could not occur: no such test came to its end`])
  t.end()
})

const text = `- test: pinned-page
  match: wanted
  reason: reported
  owner: mm
  expires: 2026-12-31
`

const invalid = (message: RegExp) => ({ code: 'KNOWN_INVALID', fault: 'usage', message })

void test('a list is read from YAML, and each mistake has its place', async (t) => {
  const read = (content: string) => readKnownFailures(`${t.testdir({ 'k.yaml': content })}/k.yaml`, today)
  t.ok((await read(text)).of(failure('pinned-page', 'wanted 3')))
  await t.rejects(read(text.replace('owner: mm', 'ower: mm')), invalid(/k\.yaml:4:3: there is no key 'ower'/))
  await t.rejects(read(text.replace('  owner: mm\n', '')), invalid(/owner in entry 1 is missing/))
  await t.rejects(read(text.replace('2026-12-31', 'soon')), invalid(/k\.yaml:5:12: .* must be a day such as/))
  await t.rejects(read(text.replace('wanted', "'.*'")), invalid(/must not match nearly every/))
  await t.rejects(read(`known:\n${text.replaceAll(/^/gm, '  ')}`), invalid(/must be a list of entries/))
  await t.rejects(readKnownFailures('/nowhere/k.yaml', today), { code: 'KNOWN_UNREADABLE', hint: /--known/ })
  await t.rejects(readKnownFailures(t.testdir({}), today), { code: 'NOT_A_TEXT' })
})
