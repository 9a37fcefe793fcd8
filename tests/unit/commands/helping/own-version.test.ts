// The version of gmemtest itself: what git says in a checkout, and what an npm package stores.
import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import {
  askCheckout,
  checkoutOf,
  ownVersion,
  storedRevision,
} from '../../../../harness/commands/helping/own-version.ts'

void test('what git says about the checkout', (t) => {
  const revision = 'c0ffee0000000000000000000000000000000000'
  const head = `# branch.oid ${revision}\n# branch.head main`
  t.strictSame(checkoutOf(head), { revision, modified: false })
  t.strictSame(checkoutOf(`${head}\n# branch.upstream origin/main\n# stash 1`), { revision, modified: false })
  t.strictSame(checkoutOf(`${head}\n1 .M N... 100644 100644 100644 1 2 a`), { revision, modified: true })
  t.strictSame(checkoutOf(`${head}\n? new`), { revision, modified: true })
  t.strictSame(checkoutOf('# branch.oid (initial)\n# branch.head main'), {
    revision: undefined,
    modified: false,
  })
  t.end()
})

void test('the commit of the checkout, also one of another user, and of no other repository', async (t) => {
  const directory = t.testdir({ mine: { x: '' }, other: { y: '' }, plain: {} })
  const commitIn = (name: string): string => {
    const git = ['-C', path.join(directory, name), '-c', 'user.name=a', '-c', 'user.email=a@b']
    execFileSync('git', ['init', '-q', path.join(directory, name)])
    execFileSync('git', [...git, 'add', '.'])
    execFileSync('git', [...git, 'commit', '-q', '-m', name])
    return execFileSync('git', [...git, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
  }
  const revision = commitIn('mine')
  commitIn('other')
  // A repository around all of them.
  execFileSync('git', ['init', '-q', directory])
  if (process.getuid?.() === 0) chownSync(path.join(directory, 'mine'), 65534, 65534)
  t.teardown(() => {
    for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) delete process.env[name]
  })
  process.env['GIT_DIR'] = path.join(directory, 'other/.git')
  process.env['GIT_WORK_TREE'] = path.join(directory, 'other')
  process.env['GIT_INDEX_FILE'] = path.join(directory, 'none')
  t.strictSame(await askCheckout(path.join(directory, 'mine')), { revision, modified: false })
  t.strictSame(await askCheckout(path.join(directory, 'plain')), { revision: undefined, modified: undefined })
})

void test('the commit that an npm package stores', async (t) => {
  const revision = 'c0ffee0000000000000000000000000000000000'
  const unknown = { revision: undefined, modified: undefined }
  const stored: readonly (readonly [name: string, text: string, wanted: object])[] = [
    ['clean', JSON.stringify({ revision, modified: false }), { revision, modified: false }],
    ['modified', JSON.stringify({ revision, modified: true }), { revision, modified: true }],
    ['without a repository', '{}', unknown],
    ['of another shape', '[1]', unknown],
  ]
  const directory = t.testdir(Object.fromEntries(stored.map(([name, text]) => [name, text])))
  for (const [name, , wanted] of stored) t.strictSame(await storedRevision(path.join(directory, name)), wanted, name)
  t.strictSame(await storedRevision(path.join(directory, 'none')), unknown, 'a file that is missing')
})

void test('the version has the number of the package, and the commit', async (t) => {
  t.match(await ownVersion(), /^\d+\.\d+\.\d+( \([0-9a-f]{12}(, modified)?\))?$/)
})
