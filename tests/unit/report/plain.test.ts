// Any text or value of a kernel or a test becomes fit for a report.
import { test } from 'tap'
import { plainText, plainValue } from '../../../harness/report/plain.ts'

void test('text is one line without control characters', (t) => {
  t.equal(plainText('\u001b[31mred\u001b[0m\r\n\tnext\u0000'), 'red next')
  t.equal(plainText('plain [    1.0] text'), 'plain [    1.0] text')
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
