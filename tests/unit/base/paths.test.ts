// The cache follows the XDG Base Directory specification.
import { userInfo } from 'node:os'
import { test } from 'tap'
import { cacheDirectory, inProject } from '../../../harness/base/paths.ts'

void test('XDG_CACHE_HOME decides where the cache is', async (t) => {
  t.equal(cacheDirectory({ XDG_CACHE_HOME: '/var/cache/me' }), '/var/cache/me/gmemtest')
})

void test('a relative or missing XDG_CACHE_HOME counts as unset', async (t) => {
  t.equal(cacheDirectory({ XDG_CACHE_HOME: 'here' }), `${userInfo().homedir}/.cache/gmemtest`)
  t.equal(cacheDirectory({}), `${userInfo().homedir}/.cache/gmemtest`)
})

void test('paths are found from the checkout, not from the current directory', async (t) => {
  t.match(inProject('package.json'), /\/package\.json$/)
})

void test('a relative or empty HOME counts as unset', async (t) => {
  const { homedir: known } = userInfo()
  for (const HOME of ['', 'here', './here', '~']) {
    t.equal(cacheDirectory({ HOME }), `${known}/.cache/gmemtest`, `HOME=${HOME}`)
    t.equal(cacheDirectory({ HOME, XDG_CACHE_HOME: '' }), `${known}/.cache/gmemtest`)
    t.equal(cacheDirectory({ HOME, XDG_CACHE_HOME: '/c' }), '/c/gmemtest')
  }
  t.equal(cacheDirectory({ HOME: '/' }), '/.cache/gmemtest')
})
