// The cache follows the XDG Base Directory specification.
import { homedir } from 'node:os'
import { test } from 'tap'
import { cacheDirectory, inProject } from '../../../harness/base/paths.ts'

void test('XDG_CACHE_HOME decides where the cache is', async (t) => {
  t.equal(cacheDirectory({ XDG_CACHE_HOME: '/var/cache/me' }), '/var/cache/me/gmemtest')
})

void test('a relative or missing XDG_CACHE_HOME counts as unset', async (t) => {
  t.equal(cacheDirectory({ XDG_CACHE_HOME: 'here' }), `${homedir()}/.cache/gmemtest`)
  t.equal(cacheDirectory({}), `${homedir()}/.cache/gmemtest`)
})

void test('paths are found from the checkout, not from the current directory', async (t) => {
  t.match(inProject('package.json'), /\/package\.json$/)
})
