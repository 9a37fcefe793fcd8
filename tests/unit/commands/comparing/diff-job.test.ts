// gmemtest diff of results that are there: it needs no VM.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { runDiff } from '../../../../harness/commands/comparing/diff-job.ts'
import { ended, failed, freshDirectory, night } from '../../history/fixtures/nights.ts'
import { keepRun, listening } from '../fixtures/kept-run.ts'

process.env['GMEMTEST_HISTORY'] = path.join(mkdtempSync(path.join(tmpdir(), 'gmemtest-diff-')), 'h.sqlite')

const good = night({
  day: 1,
  kernel: 'good',
  results: [ended('pin', 'PASS'), ended('map', 'PASS'), failed('hole', 'no')],
})
const mine = night({
  day: 2,
  kernel: 'mine',
  results: [failed('pin', 'no'), ended('map', 'PASS'), ended('hole', 'PASS')],
})

void test('two directories are compared without a VM, into results of their own', async (t) => {
  const home = freshDirectory(t)
  const output = path.join(home, 'diff')
  const pair = [keepRun(path.join(home, 'a'), good), keepRun(path.join(home, 'b'), mine)] as const
  const { context, out, err } = listening()
  t.equal(await runDiff(pair, [], { output, report: [{ word: 'junit' }] }, context), 1)
  t.match(out(), /^TAP version 14\n1\.\.2\nnot ok 1 - pin: [^]*^ok 2 - hole: /m)
  const said = err()
  t.match(said, /^gmemtest: 3 tests of good and mine compared: 2 differ, 1 worse, 1 better$/m)
  t.match(said, /^gmemtest: new against the baseline: pin \(it passes on good and fails on mine\)$/m)
  t.match(said, /^gmemtest: fixed against the baseline: hole \(it fails on good: no\)$/m)
  t.match(readFileSync(path.join(output, 'junit.xml'), 'utf8'), /tests="2" failures="1"/)
  t.match(JSON.parse(readFileSync(path.join(output, 'provenance.json'), 'utf8')), { compared: pair })
  t.ok(existsSync(path.join(output, 'results.jsonl')))
})

void test('what is better, or the same, is no failure', async (t) => {
  const home = freshDirectory(t)
  const output = path.join(home, 'diff')
  const pair = [keepRun(path.join(home, 'a'), good), keepRun(path.join(home, 'b'), mine)] as const
  const { context, out, err } = listening()
  t.equal(await runDiff(pair, ['hole'], { output }, context), 0, 'better')
  t.equal(await runDiff(pair, ['map'], { output }, context), 0, 'the same')
  t.match(out(), /^1\.\.0/m)
  t.match(err(), /1 test of good and mine compared: nothing differs/)
})

void test('what cannot be compared is refused, and leaves no directory', async (t) => {
  const home = freshDirectory(t)
  const output = path.join(home, 'diff')
  const a = keepRun(path.join(home, 'a'), good)
  const b = keepRun(path.join(home, 'b'), mine)
  const { beginning } = good
  if (beginning.type !== 'run-started') throw new Error('a night begins')
  const others = { ...good, lines: [{ event: { ...beginning, suite: 'kselftest' } }] }
  const selftests = keepRun(path.join(home, 'c'), others)
  const { context } = listening()
  const refusal = async (pair: readonly [string, string], patterns: readonly string[] = []): Promise<unknown> =>
    await runDiff(pair, patterns, { output }, context).catch((error: unknown) => error)
  t.match(await refusal([a, a]), { code: 'DIFF_REFUSED', message: /are the same results$/ })
  t.match(await refusal([a, path.join(home, 'a', 'results.jsonl')]), { code: 'DIFF_REFUSED' })
  t.match(await refusal([a, selftests]), { code: 'DIFF_REFUSED', message: /suite scenarios, and .* has kselftest$/ })
  t.match(await refusal([a, 'stock-6.12']), { message: /a has results, and stock-6\.12 is the name of a kernel$/ })
  t.match(await refusal(['stock-6.12', a]), { message: /a has results, and stock-6\.12 is the name of a kernel$/ })
  t.match(await refusal([a, b], ['nothing']), { code: 'SCENARIO_UNKNOWN' })
  t.match(await refusal([a, home]), { code: 'RESULTS_MISSING' })
  t.match(await refusal(['gmem-convert', 'gmem-covnert'], ['contents']), { code: 'KERNEL_UNKNOWN' })
  t.match(await refusal(['gmem-convert', 'stock-6.12'], ['nothing']), { code: 'SCENARIO_UNKNOWN' })
  t.notOk(existsSync(output))
})
