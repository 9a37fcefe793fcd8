// Reports of a run that is over.
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test, type Test } from 'tap'
import { reportStoredRun } from '../../../../harness/commands/jobs/stored-job.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { parseReport } from '../../../../harness/report/targets.ts'
import { storyOf } from '../../report/fixtures/story.ts'
import { fakeContext } from '../fixtures/context.ts'

const unknown = '{"time":"T","type":"from-the-future"}'
const text = `${[...storyOf().map((event) => lineOf(event)), unknown].join('\n')}\n`

async function report(t: Test, ...wishes: readonly string[]) {
  const directory = t.testdir({ 'results.jsonl': text })
  const stdout = new PassThrough()
  const { context, printed } = fakeContext({ stdout })
  const exitCode = await reportStoredRun(directory, { report: wishes.map(parseReport) }, context)
  return { directory, exitCode, printed, stdout: String(stdout.read() ?? '') }
}

void test('without a wish it is TAP, with the exit code of the run', async (t) => {
  const { exitCode, stdout, printed } = await report(t)
  t.match(stdout, /^TAP version 14\n1\.\.5\nok 1 - a: the rule of a/)
  t.equal(exitCode, 1)
  t.strictSame(printed, [])
})

void test('reports go beside the events, and the events are those that were there', async (t) => {
  const { directory, stdout } = await report(t, 'junit', 'ktap', 'jsonl')
  t.equal(stdout, text, 'also the unknown one')
  t.match(readFileSync(path.join(directory, 'junit.xml'), 'utf8'), /<testsuites/)
  t.match(readFileSync(path.join(directory, 'results.ktap'), 'utf8'), /^KTAP version 1/)
})

void test('a report that cannot be written does not stop the others', async (t) => {
  const { directory, printed, exitCode } = await report(t, 'junit:/dev/null/x', 'kcidb')
  t.match(printed, [{ code: 'REPORT_FAILED', message: /cannot write the junit report to \/dev\/null\/x: ENOTDIR/ }])
  t.ok(existsSync(path.join(directory, 'kcidb.json')))
  t.equal(exitCode, 1, 'the failure of the run counts more')
})

void test('the events are never overwritten', async (t) => {
  const directory = t.testdir({ 'results.jsonl': text })
  const wish = parseReport(`tap:${directory}/../${path.basename(directory)}/results.jsonl`)
  const { context } = fakeContext()
  await t.rejects(reportStoredRun(directory, { report: [wish] }, context), {
    code: 'OPTION_VALUE',
    message: /would overwrite/,
  })
  t.equal(readFileSync(path.join(directory, 'results.jsonl'), 'utf8'), text)
})

void test('a directory that cannot be written is no problem for reports elsewhere', async (t) => {
  const directory = t.testdir({ 'results.jsonl': text })
  chmodSync(directory, 0o555)
  const { context } = fakeContext({ stdout: new PassThrough() })
  t.equal(await reportStoredRun(directory, { report: [parseReport('ktap:-')] }, context), 1)
  chmodSync(directory, 0o755)
})

void test('a report that is named twice is written once', async (t) => {
  const { stdout } = await report(t, 'tap', 'tap:-')
  t.equal(stdout.match(/^TAP version 14$/gm)?.length, 1)
})

void test('two reports never go to one file, though only one names it', async (t) => {
  const directory = t.testdir({ 'results.jsonl': text })
  const wishes = [parseReport('junit'), parseReport(`kcidb:${directory}/junit.xml`)]
  await t.rejects(reportStoredRun(directory, { report: wishes }, fakeContext().context), {
    code: 'OPTION_VALUE',
    message: /junit and kcidb both go to .*junit\.xml/,
  })
  t.notOk(existsSync(path.join(directory, 'junit.xml')))
})

void test('a baseline of mutants is refused', async (t) => {
  const campaign = '{"type":"mutants-started","time":"T","version":3,"kernel":"k","mutants":[]}\n'
  const home = t.testdir({ now: { 'results.jsonl': text }, mutants: { 'results.jsonl': campaign } })
  const baseline = path.join(home, 'mutants')
  await t.rejects(reportStoredRun(path.join(home, 'now'), { baseline }, fakeContext().context), {
    code: 'BASELINE_REFUSED',
  })
})

void test('the notes about a baseline are printed', async (t) => {
  const home = t.testdir({ now: { 'results.jsonl': text }, before: { 'results.jsonl': `${text}{"type":` } })
  const stderr = new PassThrough()
  const { context } = fakeContext({ stdout: new PassThrough(), stderr })
  await reportStoredRun(path.join(home, 'now'), { baseline: path.join(home, 'before') }, context)
  t.match(String(stderr.read()), /^gmemtest: .*before\/results\.jsonl: the last line is incomplete/m)
})
