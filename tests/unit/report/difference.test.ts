// The few lines in which wanted and found differ.
import { test } from 'tap'
import { differenceOf } from '../../../harness/report/difference.ts'

const cases: readonly (readonly [what: string, wanted: unknown, found: unknown, difference: string])[] = [
  ['two words', 'EAGAIN', 'OK', '-EAGAIN\n+OK\n'],
  ['numbers', 3, undefined, '-3\n+undefined\n'],
  ['a list with one different element', [1, 2, 3], [1, 5, 3], ' (1 equal before)\n-2\n+5\n (1 equal after)\n'],
  ['a list that is longer', ['a'], ['a', 'b'], ' (1 equal before)\n+b\n'],
  [
    'lists of runs',
    [{ first: 0, count: 8 }],
    [{ first: 0, count: 7 }],
    '-{ first: 0, count: 8 }\n+{ first: 0, count: 7 }\n',
  ],
  ['things that look alike', { a: 1 }, { a: 1 }, ' (no visible difference)\n'],
]

for (const [what, wanted, found, difference] of cases) {
  void test(`the difference of ${what}`, (t) => {
    t.equal(differenceOf(wanted, found), difference)
    t.end()
  })
}

void test('a huge difference is cut', (t) => {
  const many = Array.from({ length: 5000 }, (_, index) => index)
  t.ok(differenceOf(many, []).split('\n').length < 50)
  t.match(differenceOf(many, []), /4960 more/)
  t.end()
})
