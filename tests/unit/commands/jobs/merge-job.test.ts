// The directory of a merged run.
import { existsSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { test } from 'tap'
import { mergeStoredRuns } from '../../../../harness/commands/jobs/merge-job.ts'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { storyOf } from '../../report/fixtures/story.ts'
import { fakeContext } from '../fixtures/context.ts'

process.env['GMEMTEST_HISTORY'] = path.join(mkdtempSync(path.join(tmpdir(), 'gmemtest-merge-')), 'h.sqlite')
const all = ['a', 'b', 'c', 'd', 'e']

function shard(index: number, tests: readonly string[]): string {
  const events = storyOf().filter((event) => !('name' in event) || tests.includes(event.name))
  return events
    .map((event): ReportEvent =>
      event.type === 'run-started'
        ? {
            ...event,
            tests,
            shard: { index, count: 2, total: all.length, places: tests.map((name) => all.indexOf(name)), basis: 'x' },
          }
        : event,
    )
    .map((event) => `${lineOf(event)}\n`)
    .join('')
}

void test('merged results are results: reports, events and the record of each shard', async (t) => {
  const home = t.testdir({
    one: { 'results.jsonl': shard(1, ['a', 'c']), 'provenance.json': '{"startTime":"T"}' },
    two: { 'results.jsonl': shard(2, ['b', 'd', 'e']) },
  })
  const stdout = new PassThrough()
  const { context } = fakeContext({ stdout })
  const output = path.join(home, 'merged')
  const exitCode = await mergeStoredRuns(
    [path.join(home, 'two'), path.join(home, 'one')],
    { output, report: [{ word: 'junit' }] },
    context,
  )
  t.equal(exitCode, 1)
  t.match(String(stdout.read()), /^1\.\.5\nok 1 - a[^]*^ok 5 - e/m)
  t.match(readFileSync(path.join(output, 'junit.xml'), 'utf8'), /tests="5" failures="1" errors="2" skipped="1"/)
  t.equal(
    readFileSync(path.join(output, 'results.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"test-finished"')).length,
    5,
  )
  t.match(JSON.parse(readFileSync(path.join(output, 'provenance.json'), 'utf8')), {
    shards: [{ directory: path.join(home, 'two'), provenance: null }, { provenance: { startTime: 'T' } }],
  })
})

void test('the results of a shard are never replaced', async (t) => {
  const home = t.testdir({
    one: { 'results.jsonl': shard(1, ['a', 'c']) },
    two: { 'results.jsonl': shard(2, ['b', 'd', 'e']) },
  })
  const places = [path.join(home, 'one'), path.join(home, 'two')]
  const { context } = fakeContext()
  await t.rejects(mergeStoredRuns(places, { output: `${home}/./one` }, context), {
    code: 'OPTION_VALUE',
    message: /is the directory of a shard/,
  })
  const link = path.join(home, 'link')
  const before = readFileSync(path.join(home, 'two', 'results.jsonl'), 'utf8')
  symlinkSync('two', link)
  await t.rejects(mergeStoredRuns(places, { output: link }, context), {
    code: 'OPTION_VALUE',
    message: /link is the directory of a shard, .*two$/,
  })
  const report = [{ word: 'jsonl', to: { path: path.join(link, 'results.jsonl') } }] as const
  await t.rejects(mergeStoredRuns(places, { output: path.join(home, 'merged'), report }, context), {
    code: 'OPTION_VALUE',
    message: /^--report would overwrite .*two\/results\.jsonl, from which it is made/,
  })
  t.equal(readFileSync(path.join(home, 'two', 'results.jsonl'), 'utf8'), before)
})

void test('a baseline of another suite is refused before there is a directory', async (t) => {
  const campaign = '{"type":"mutants-started","time":"T","version":3,"kernel":"k","mutants":[]}\n'
  const home = t.testdir({
    one: { 'results.jsonl': shard(1, ['a', 'c']) },
    two: { 'results.jsonl': shard(2, ['b', 'd', 'e']) },
    mutants: { 'results.jsonl': campaign },
  })
  const places = [path.join(home, 'one'), path.join(home, 'two')]
  const output = path.join(home, 'merged')
  const { context } = fakeContext()
  await t.rejects(mergeStoredRuns(places, { output, baseline: path.join(home, 'mutants') }, context), {
    code: 'BASELINE_REFUSED',
  })
  t.notOk(existsSync(output))
})

void test('an interrupted merge has whole reports, and the exit code of the interruption', async (t) => {
  const home = t.testdir({
    one: { 'results.jsonl': shard(1, ['a', 'c']) },
    two: { 'results.jsonl': shard(2, ['b', 'd', 'e']) },
  })
  const controller = new AbortController()
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      controller.abort(new Error('interrupted by SIGINT'))
      done()
    },
  })
  const { context } = fakeContext({ stdout, signal: controller.signal })
  const output = path.join(home, 'merged')
  const merging = mergeStoredRuns([path.join(home, 'one'), path.join(home, 'two')], { output }, context)
  await t.rejects(merging, { message: 'interrupted by SIGINT' })
  t.match(readFileSync(path.join(output, 'results.jsonl'), 'utf8'), /"run-finished".*\n$/)
})
