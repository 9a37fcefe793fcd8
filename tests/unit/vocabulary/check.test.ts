// A check that fails carries the wanted and the found value.
import { test } from 'tap'
import { CheckFailure } from '../../../harness/base/check-failure.ts'
import { encodePattern } from '../../../harness/agent/access.ts'
import { pages } from '../../../harness/model/ranges.ts'
import { check, expectErrno } from '../../../harness/vocabulary/check.ts'
import { allAlike } from '../../../harness/vocabulary/host-view.ts'

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

void test('a name that no error number has is a mistake of the scenario', (t) => {
  const reply = { errno: 'OK', line: 'convert(…) = OK' } as const
  for (const name of ['EAGIAN', 'eagain', 'constructor', '']) {
    // Scenarios run without a check of types.
    t.throws(() => Reflect.apply(expectErrno, undefined, [reply, name, 'converting']), RangeError)
  }
  t.throws(() => expectErrno(reply, ['EAGAIN', 'EHWPOISON', 'E999'], 'converting'), CheckFailure)
  expectErrno(reply, 'OK', 'converting')
  t.end()
})

void test('a view to check has pages, and bytes are bytes', (t) => {
  t.strictSame(allAlike(pages(2, 3), 255), [{ first: 2, count: 3, value: 255 }])
  t.strictSame(allAlike(pages(2, 3), 'sigbus'), [{ first: 2, count: 3, value: 'sigbus' }])
  t.throws(() => allAlike(pages(2, 0), 7), RangeError)
  for (const value of [-1, 256, 0.5, Number.NaN]) {
    t.throws(() => allAlike(pages(2, 3), value), RangeError)
    t.throws(() => encodePattern({ byte: value }), {
      message: `a byte must be a whole number from 0 to 255, got ${value}`,
    })
  }
  t.end()
})
