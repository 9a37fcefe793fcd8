// The size of the cache comes from a variable, and has a default.
import { test } from 'tap'
import { cacheLimit } from '../../../../harness/commands/caching/cache-limit.ts'

const gibibyte = 2 ** 30

void test('the variable sets the size, or removes it', async (t) => {
  t.equal(cacheLimit({}), 20 * gibibyte)
  t.equal(cacheLimit({ GMEMTEST_CACHE_SIZE: '' }), 20 * gibibyte)
  t.equal(cacheLimit({ GMEMTEST_CACHE_SIZE: '1.5T' }), 1536 * gibibyte)
  t.equal(cacheLimit({ GMEMTEST_CACHE_SIZE: 'off' }), undefined)
  t.throws(() => cacheLimit({ GMEMTEST_CACHE_SIZE: '20' }), {
    code: 'OPTION_VALUE',
    message: /GMEMTEST_CACHE_SIZE must be/,
  })
})
