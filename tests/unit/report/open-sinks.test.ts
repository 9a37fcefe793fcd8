// What a report that broke means for the exit code, however late it breaks.
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { test, type Test } from 'tap'
import { reporting } from '../../../harness/report/open-sinks.ts'
import type { RunEvent } from '../../../harness/report/events.ts'
import { parseReport, targetsOf } from '../../../harness/report/targets.ts'
import { fakeContext } from '../commands/fixtures/context.ts'
import { storyOf } from './fixtures/story.ts'

const last: RunEvent = {
  type: 'run-finished',
  milliseconds: 1,
  verdicts: { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 },
  aborted: 'enough',
}

/** Takes what it is given, and says only a while later that it could not write it. */
function failsLate(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) =>
      void setTimeout(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })), 50),
  })
}

async function report(
  t: Test,
  stdout: Writable,
  exitCode: number,
): Promise<{ readonly exitCode: number; readonly printed: readonly unknown[] }> {
  const { context, printed } = fakeContext({ stdout })
  const reported = await reporting(context, t.testdir(), targetsOf([], undefined), async ({ emit }) => {
    await emit(last)
    return exitCode
  })
  return { exitCode: reported, printed }
}

void test('a report that breaks when the last of it is written is no success', async (t) => {
  const { exitCode, printed } = await report(t, failsLate(), 0)
  t.match(printed, [{ code: 'REPORT_FAILED', message: /^the standard output could not .*EPIPE/ }])
  t.equal(exitCode, 69)
})

void test('a report that broke hides no failure', async (t) => {
  t.equal((await report(t, failsLate(), 1)).exitCode, 1)
})

void test('reports that are complete change nothing', async (t) => {
  t.strictSame(await report(t, new PassThrough(), 0), { exitCode: 0, printed: [] })
})

void test('reports are closed though the work fails, and what failed it is what is said', async (t) => {
  const { context, printed } = fakeContext({ stdout: failsLate() })
  const failure = new Error('no machine')
  const work = reporting(context, t.testdir(), targetsOf([], undefined), async ({ emit }) => {
    await emit(last)
    throw failure
  })
  await t.rejects(work, failure)
  t.match(printed, [{ code: 'REPORT_FAILED' }])
})

void test('a place where nothing can be written is an error with the next step, before the work begins', async (t) => {
  const { context } = fakeContext({ stdout: new PassThrough() })
  const directory = path.join(t.testdir(), 'missing')
  const work = reporting(context, directory, targetsOf([], undefined), async () => {
    t.fail('it has begun')
    return 0
  })
  await t.rejects(work, {
    code: 'RESULTS_UNWRITABLE',
    message: /^cannot write \/.*missing\/results\.(?:jsonl|tap): ENOENT/,
    hint: /--output DIR/,
  })
})

void test('the work is done though a file of the user cannot be opened, but it is no success', async (t) => {
  const { context, printed } = fakeContext({ stdout: new PassThrough() })
  const targets = targetsOf([parseReport('junit:/dev/null/x')], undefined)
  const exitCode = await reporting(context, t.testdir(), targets, async ({ emit }) => {
    await emit(last)
    return 0
  })
  t.equal(exitCode, 69)
  t.match(printed, [{ code: 'REPORT_FAILED', hint: /name another file: --report junit:FILE/ }])
})

void test('the hint for a summary of GitHub names what chose its file', async (t) => {
  const { context, printed } = fakeContext({ stdout: new PassThrough() })
  const targets = targetsOf([parseReport('github')], '/dev/null/x')
  await reporting(context, t.testdir(), targets, async ({ emit }) => {
    await emit(last)
    return 0
  })
  t.match(printed, [{ code: 'REPORT_FAILED', hint: /^let GITHUB_STEP_SUMMARY name a file/ }])
})

void test('a file of the user that fills up is no success either', async (t) => {
  const { context, printed } = fakeContext({ stdout: new PassThrough() })
  const targets = targetsOf([parseReport('ktap:/dev/full')], undefined)
  const exitCode = await reporting(context, t.testdir(), targets, async ({ emit }) => {
    for (const event of storyOf()) await emit(event)
    return 0
  })
  t.equal(exitCode, 69)
  t.match(printed, [{ code: 'NO_SPACE' }])
})

void test('a report of the user never replaces another one in the results', async (t) => {
  const { context, printed } = fakeContext({ stdout: new PassThrough() })
  const home = t.testdir({ run: {} })
  const directory = path.join(home, 'run')
  symlinkSync('run', path.join(home, 'latest'))
  const wishes = [parseReport(`junit:${directory}/./results.tap`), parseReport(`kcidb:${home}/latest/results.jsonl`)]
  const exitCode = await reporting(context, directory, targetsOf(wishes, undefined), async ({ emit }) => {
    for (const event of storyOf()) await emit(event)
    return 0
  })
  t.equal(exitCode, 69)
  // Both are refused at the same time.
  const inOrder = printed.toSorted((left, right) => String(left).localeCompare(String(right)))
  t.match(inOrder, [
    { code: 'REPORT_FAILED', message: /results\.tap: it is a file of the results/ },
    { code: 'REPORT_FAILED', message: /latest\/results\.jsonl: it is a file of the results/ },
  ])
  t.match(readFileSync(path.join(directory, 'results.tap'), 'utf8'), /^TAP version 14/)
})
