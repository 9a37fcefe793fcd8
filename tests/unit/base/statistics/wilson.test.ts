// The interval of a rate, against published values.
import { test } from 'tap'
import { intervalText, wilson } from '../../../../harness/base/statistics/wilson.ts'

const rounded = (count: number, total: number): unknown => {
  const { low, high } = wilson(count, total)
  return [Number(low.toFixed(4)), Number(high.toFixed(4))]
}

void test('the interval is that of the literature', (t) => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  t.strictSame(rounded(81, 263), [0.2553, 0.3662])
  t.strictSame(rounded(15, 148), [0.0624, 0.1605])
  t.strictSame(rounded(0, 20), [0, 0.1611])
  t.strictSame(rounded(1, 29), [0.0061, 0.1718])
  t.end()
})

void test('a rate is a part of a whole', (t) => {
  t.strictSame(rounded(20, 20), [0.8389, 1])
  t.throws(() => wilson(1, 0), RangeError)
  t.throws(() => wilson(2, 1), RangeError)
  t.throws(() => wilson(-1, 1), RangeError)
  t.end()
})

void test('a rate in percent never looks like none or all unless it is', (t) => {
  t.equal(intervalText(3, 60), '2 to 14 %')
  for (let total = 1; total < 100; total += 1) {
    t.equal(wilson(total, total).high, 1)
    t.equal(wilson(0, total).low, 0)
  }
  t.equal(intervalText(0, 10_000), '0 to 0.04 %')
  t.equal(intervalText(10_000, 10_000), '99.96 to 100 %')
  t.equal(intervalText(1, 1000), '0.02 to 0.6 %')
  t.end()
})
