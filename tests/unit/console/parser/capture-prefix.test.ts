// Prefixes of unknown programs: learned from a headline, proven by a dump.
import { test } from 'tap'
import { CapturePrefixes } from '../../../../harness/console/parser/capture-prefix.ts'

function isHeadline(rest: string): boolean {
  return rest.startsWith('BUG: KASAN: ')
}

void test('a prefix is learned, and its numbers may differ', (t) => {
  const prefixes = new CapturePrefixes()
  t.match(prefixes.learn('vm 3, line 17: BUG: KASAN: x', isHeadline), { text: 'BUG: KASAN: x' })
  t.match(prefixes.strip('vm 3, line 18:  <TASK>'), { text: ' <TASK>' })
  t.equal(prefixes.strip('vm three, line 18:  <TASK>'), undefined)
  t.end()
})

void test('a headline within a word or a line of signs is none', (t) => {
  const prefixes = new CapturePrefixes()
  for (const text of [
    'KBUG: KASAN: x',
    '"BUG: KASAN: x',
    '=BUG: KASAN: x',
    'no headline',
    `${'x '.repeat(100)}BUG: KASAN: x`,
  ]) {
    t.equal(prefixes.learn(text, isHeadline), undefined, text)
  }
  t.end()
})

void test('a prefix that no dump proves is forgotten, and after many of them no other is learned', (t) => {
  const prefixes = new CapturePrefixes()
  for (let count = 0; count < 2000; count += 1) {
    const found = prefixes.learn('mail: BUG: KASAN: x', isHeadline)
    if (found !== undefined) prefixes.settle(found.prefix, false)
  }
  t.equal(prefixes.mayLearn, false)
  t.equal(prefixes.isProven('mail: '), false)
  const proven = new CapturePrefixes()
  proven.learn('vm 1: BUG: KASAN: x', isHeadline)
  proven.settle('vm 1: ', true)
  proven.settle('vm 1: ', false)
  t.ok(proven.isProven('vm 2: '))
  t.end()
})
