// The record of a run: what was written last decides whether there is one.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { RunRecord } from '../../../../harness/commands/jobs/run-record.ts'
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
