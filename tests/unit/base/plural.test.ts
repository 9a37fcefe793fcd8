// Words with a number.
import { test } from 'tap'
import { plural } from '../../../harness/base/plural.ts'

void test('only one thing has no s', async (t) => {
  t.strictSame(
    [0, 1, 2, 11].map((count) => plural(count, 'line')),
    ['0 lines', '1 line', '2 lines', '11 lines'],
  )
  t.strictSame([plural(1, 'patch'), plural(2, 'patch')], ['1 patch', '2 patches'])
})
