// How long tests will take.
import { test } from 'tap'
import { timeFor, workOf } from '../../../harness/run/estimate.ts'

void test('a test without a duration counts like the median of the others', (t) => {
  const durations = new Map([
    ['a', 100],
    ['b', 300],
    ['c', 9000],
  ])
  t.strictSame(workOf(['a', 'x', 'c', 'b'], durations), [1100, 1300, 10_000, 1300])
  t.strictSame(workOf(['x'], new Map()), [1000])
  t.end()
})

void test('several instances share the work, but not one test', (t) => {
  t.equal(timeFor([1000, 1000, 1000, 1000], 2), 2000)
  t.equal(timeFor([5000, 1000], 4), 5000)
  t.equal(timeFor([], 2), 0)
  t.end()
})
