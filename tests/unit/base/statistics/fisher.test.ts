// Fisher's exact test, against published values.
import { test } from 'tap'
import { fisher, pText } from '../../../../harness/base/statistics/fisher.ts'

function p(a: number, ofA: number, b: number, ofB: number): number {
  return Number(fisher({ count: a, total: ofA }, { count: b, total: ofB }).toPrecision(4))
}

void test('the p value is that of the literature', (t) => {
  // R. A. Fisher's lady tasting tea: 3 of 4, and 1 of 4 (fisher.test of R 4.2: 0.4857).
  t.equal(p(3, 4, 1, 4), 0.4857)
  // fisher.test of R 4.2, its example of convictions of twins: 2 of 17 and 10 of 13.
  t.equal(p(2, 17, 10, 13), 0.0005367)
  t.equal(p(0, 10, 5, 10), 0.03251)
  t.equal(p(0, 10, 4, 10), 0.08669)
  t.end()
})

void test('equal rates and single runs prove nothing, and order does not matter', (t) => {
  t.equal(p(0, 5, 0, 9), 1)
  t.equal(p(5, 5, 9, 9), 1)
  t.equal(p(0, 1, 1, 1), 1)
  t.equal(p(0, 0, 3, 7), 1)
  t.equal(p(10, 13, 2, 17), p(2, 17, 10, 13))
  t.ok(fisher({ count: 0, total: 10_000 }, { count: 10_000, total: 10_000 }) < 1e-100)
  for (const count of [-1, 3, Number.NaN]) {
    t.throws(() => fisher({ count, total: 2 }, { count: 0, total: 2 }), RangeError)
  }
  t.end()
})

void test('a p value has two digits, unless it is very small', (t) => {
  t.equal(pText(0.012_34), 'p = 0.012')
  t.equal(pText(1), 'p = 1.0')
  t.equal(pText(3e-9), 'p < 0.0001')
  t.end()
})
