// The cache follows the XDG Base Directory specification.
import { userInfo } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import {
  cacheDirectory,
  copiablePath,
  inProject,
  isOfHarness,
  isOfProject,
  launcher,
  loadable,
} from '../../../harness/base/paths.ts'

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

void test('a checkout has no compiled modules', async (t) => {
  const file = inProject('tests/scenarios/pins/pinned-page-refuses.ts')
  t.equal(loadable(file), file)
  t.equal(loadable('/tmp/mine.ts'), '/tmp/mine.ts')
})

void test('the modules of the harness are known as they are and compiled', async (t) => {
  t.ok(isOfHarness(inProject('harness/api.ts')))
  t.ok(isOfHarness(inProject('dist/harness/api.js')))
  t.notOk(isOfHarness(inProject('tests/scenarios/pins/pinned-page-refuses.ts')))
  t.ok(isOfProject(inProject('docs')))
  t.notOk(isOfProject(`${inProject()}-other/x`))
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

void test('a path and a command line that a user copies hold in the current directory', async (t) => {
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  const elsewhere = t.testdir({ 'flat.ts': '' })
  const files = [inProject('tests/scenarios/faults/a.ts'), path.join(path.dirname(inProject()), 'b.ts')]
  process.chdir(inProject())
  t.strictSame([launcher(), ...files.map(copiablePath)], ['./gmemtest', 'tests/scenarios/faults/a.ts', files[1]])
  for (const directory of [elsewhere, inProject('tests'), '/']) {
    process.chdir(directory)
    t.strictSame([launcher(), ...files.map(copiablePath)], [inProject('gmemtest'), ...files], directory)
  }
})
