// A check that fails carries the wanted and the found value.
import { test } from 'tap'
import { CheckFailure } from '../../../harness/base/check-failure.ts'
import { check } from '../../../harness/vocabulary/check.ts'

void test('checks that hold are silent', (t) => {
  check.equal([{ first: 0 }], [{ first: 0 }], 'runs')
  check.that(true, 'it is so')
  check.between(5, 5, 6, 'count')
  t.end()
})

void test('checks that do not hold carry both values', (t) => {
  t.throws(() => check.equal(1, 2, 'the count'), {
    message: 'the count: wanted 2, found 1',
    wanted: 2,
    found: 1,
  })
  t.throws(() => check.that(false, 'it is so'), CheckFailure)
  t.throws(() => check.between(7, 5, 6, 'count'), { message: 'count: wanted 5 to 6, found 7', found: 7 })
  t.throws(() => check.between(Number.NaN, 5, 6, 'count'), CheckFailure)
  t.throws(() => check.fail('just so'), { message: 'just so', compared: false })
  t.end()
})
