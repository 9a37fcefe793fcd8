// The latency of conversions over many tests.
import { test } from 'tap'
import type { ConversionTime } from '../../../../../harness/report/events.ts'
import { latenciesOf } from '../../../../../harness/report/html/plots/conversion-latency.ts'

const of = (operation: string, count: number, median: number, high: number): ConversionTime => ({
  operation,
  count,
  median,
  high,
})

void test('a test counts as often as it converted, and nanoseconds become microseconds', (t) => {
  t.strictSame(
    latenciesOf([
      of('split 2M', 1, 9000, 9000),
      of('4K', 60, 1000, 2000),
      of('4K', 39, 3000, 5000),
      of('4K', 1, 50_000, 90_000),
    ]),
    [
      { operation: '4K', median: 1, high: 5 },
      { operation: 'split 2M', median: 9, high: 9 },
    ],
  )
  t.strictSame(latenciesOf([]), [])
  t.end()
})
