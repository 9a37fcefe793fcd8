// Any text or value of a kernel or a test becomes fit for a report.
import { test } from 'tap'
import { plainText, plainValue, visibleJson, visibleValue } from '../../../harness/report/plain.ts'

void test('text is one line without control characters', (t) => {
  t.equal(plainText('\u001b[31mred\u001b[0m\r\n\tnext\u0000'), 'red next')
  t.equal(plainText('plain [    1.0] text'), 'plain [    1.0] text')
  t.equal(
    plainText('a\u2028b\u0085c\ud800d\u202ee\u001b[2Jf\u{e0041}'),
    String.raw`a\u{2028}b\x85c\u{d800}d\u{202e}e\x1b[2Jf\u{e0041}`,
  )
  t.equal(plainText('日本語 🐧 é'), '日本語 🐧 é', 'what a reader sees stays')
  t.end()
})

void test('values that JSON cannot hold become text', (t) => {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  t.equal(plainValue(undefined), 'undefined')
  t.equal(plainValue(5n), '5n')
  t.equal(plainValue(Number.NaN), 'NaN')
  t.strictSame(plainValue({ size: 5n, list: [1, null] }), { size: '5n', list: [1, null] })
  t.match(plainValue(cycle), /Circular/)
  t.equal(plainValue(null), null)
  t.end()
})

void test('values show what is hidden in their texts and keys', (t) => {
  t.strictSame(visibleValue({ 'a\u2028': ['b\u202e\n'], c: 1, d: null }), {
    [String.raw`a\u{2028}`]: ['b\\u{202e}\n'],
    c: 1,
    d: null,
  })
  t.end()
})

void test('JSON says the same with escapes', (t) => {
  const value = { 'a\u2028': 'b\u202e\u{e0041}\u007f\ud800', list: [1, '🐧'] }
  for (const json of [JSON.stringify(value), JSON.stringify(value, undefined, 2)]) {
    const visible = visibleJson(json)
    t.strictSame(JSON.parse(visible), value)
    t.notMatch(visible, /[\u2028\u202e\u007f\ud800]|\u{e0041}/u)
    t.equal(visible.split(/\r?\n/).length, json.split('\n').length)
  }
  t.end()
})
