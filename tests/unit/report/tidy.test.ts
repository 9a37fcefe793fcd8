// Texts of an event for formats that keep a whole run.
import { test } from 'tap'
import { shortened, tidied } from '../../../harness/report/tidy.ts'

void test('a text is cut without half of a character, and shows the cut', (t) => {
  t.equal(shortened('abc', 3), 'abc')
  t.equal(shortened('abcd', 3), 'ab…')
  t.equal(shortened('a🐧bc', 3), 'a…')
  t.end()
})

void test('texts are plain; the values of a check keep their line feeds', (t) => {
  const diagnostic = { message: 'a\nb\u001b[31mc\0', rules: [], operations: [], console: ['x\u202ey'], again: '' }
  const event = { type: 'test-finished', suite: 's', name: 'n', title: '', verdict: 'FAIL', milliseconds: 1 } as const
  t.match(tidied({ ...event, diagnostic: { ...diagnostic, wanted: 'a\nb', found: { 'k\0': 5n } } }), {
    diagnostic: { message: 'a bc', console: [String.raw`x\u{202e}y`], wanted: 'a\nb', found: { 'k\\x00': '5n' } },
  })
  const long = tidied({ ...event, diagnostic: { ...diagnostic, wanted: ['x'.repeat(10_000)], found: undefined } })
  t.ok(JSON.stringify(long).length < 6000)
  t.end()
})
