// The record of a run: what was written last decides whether there is one.
import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { askCheckout, checkoutOf, RunRecord } from '../../../../harness/commands/jobs/run-record.ts'
import { exitCodes } from '../../../../harness/base/errors.ts'
import { fakeContext } from '../fixtures/context.ts'

const full = new Error('no space left')

/** A record whose writes fail or not, in this order. */
function recordOf(failures: readonly boolean[]) {
  const { context, printed } = fakeContext()
  const written: string[] = []
  let count = 0
  const record = new RunRecord(async (commands) => {
    const fails = failures[count] === true
    count += 1
    await delay(failures.length * 5 - count * 5)
    if (fails) throw full
    written.push(commands.join(' '))
  }, context.printError)
  return { record, printed, written }
}

void test('nothing is written while it is held back, and then the latest', async (t) => {
  const written: string[] = []
  const { context } = fakeContext()
  const record = new RunRecord(async (commands) => void written.push(commands.join(' ')), context.printError)
  record.holdBack()
  record.update(['a'])
  record.update(['a', 'b'])
  await delay(5)
  t.strictSame(written, [])
  record.release()
  record.update(['a', 'b', 'c'])
  t.equal(await record.exitCode(exitCodes.ok), exitCodes.ok)
  t.strictSame(written, ['a b', 'a b c'])
})

void test('a run that ends while it is held back has its record all the same', async (t) => {
  const written: string[] = []
  const { context } = fakeContext()
  {
    await using record = new RunRecord(async (commands) => void written.push(commands.join(' ')), context.printError)
    record.holdBack()
    record.update(['a'])
  }
  t.strictSame(written, ['a'])
})

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

void test('a record that cannot be written is no success, and hides no failure', async (t) => {
  const { record, printed } = recordOf([true])
  record.update(['qemu'])
  t.equal(await record.exitCode(exitCodes.ok), exitCodes.couldNotRun)
  t.equal(await record.exitCode(exitCodes.testFailed), exitCodes.testFailed)
  t.strictSame(printed, [full])
})

void test('a write that succeeds makes good for one that failed, and not the other way round', async (t) => {
  const good = recordOf([true, false])
  good.record.update(['qemu'])
  good.record.update(['qemu', 'qemu'])
  t.equal(await good.record.exitCode(exitCodes.ok), exitCodes.ok)
  t.strictSame(good.written, ['qemu qemu'])
  t.strictSame(good.printed, [full], 'it was said all the same')
  const bad = recordOf([false, true])
  bad.record.update(['qemu'])
  bad.record.update(['qemu', 'qemu'])
  t.equal(await bad.record.exitCode(exitCodes.ok), exitCodes.couldNotRun)
})

void test('writes do not overtake each other, and what is given later is not in an earlier one', async (t) => {
  const { record, written } = recordOf([false, false, false])
  const commands = ['a']
  record.update(commands)
  commands.push('b')
  record.update(commands)
  commands.push('c')
  record.update(commands)
  await record[Symbol.asyncDispose]()
  t.strictSame(written, ['a', 'a b', 'a b c'])
})

void test('a run without a record asked for needs none', async (t) => {
  t.equal(await recordOf([]).record.exitCode(exitCodes.ok), exitCodes.ok)
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
