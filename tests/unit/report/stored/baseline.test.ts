// Only what is new against an earlier run makes a run fail.
import { test } from 'tap'
import type { ReportEvent, SplatNote, TestFinished, Verdict } from '../../../../harness/report/events.ts'
import { Baseline, readBaseline } from '../../../../harness/report/stored/baseline.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { diagnosticOf, storyOf } from '../fixtures/story.ts'
import { written } from '../fixtures/written.ts'

function finished(name: string, verdict: Verdict, splats: readonly SplatNote[] = []): TestFinished {
  return {
    type: 'test-finished',
    suite: 's',
    name,
    title: '',
    verdict,
    milliseconds: 1,
    ...(splats.length === 0 ? {} : { splats }),
  }
}

function splat(fingerprint: string, allowed?: string): SplatNote {
  return { fingerprint, kind: 'warning', title: 'WARNING', ...(allowed === undefined ? {} : { allowed }) }
}

/** The change of a test, and the exit code of a run in which it alone counts. */
function change(before: TestFinished | undefined, now: TestFinished): unknown {
  const baseline = new Baseline(before === undefined ? [] : [before])
  const event = baseline.compared(now)
  const without = now.verdict === 'FAIL' || now.verdict === 'ERROR' ? 1 : now.verdict === 'MISS' ? 69 : 0
  return [event.type === 'test-finished' ? event.change : 'no test', baseline.exitCode(without)]
}

void test('a failure is known when the baseline has it, and new when it has it not', (t) => {
  for (const verdict of ['FAIL', 'ERROR'] as const) {
    t.strictSame(change(finished('a', 'FAIL'), finished('a', verdict)), ['known', 0])
    t.strictSame(change(finished('a', 'PASS'), finished('a', verdict)), ['new', 1])
    t.strictSame(change(finished('a', 'MISS'), finished('a', verdict)), ['new', 1])
    t.strictSame(change(undefined, finished('a', verdict)), ['new', 1], 'a new test')
  }
  t.end()
})

void test('another splat is another fault; one that is allowed is none', (t) => {
  const before = finished('a', 'FAIL', [splat('1')])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('1')])), ['known', 0])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('1'), splat('2')])), ['new', 1])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('2', 'known')])), ['known', 0])
  t.strictSame(change(finished('a', 'FAIL', [splat('1', 'x')]), finished('a', 'FAIL', [splat('1')])), ['new', 1])
  t.end()
})

void test('a skip of a test that ran is new, and a failure that is gone is fixed', (t) => {
  t.strictSame(change(finished('a', 'PASS'), finished('a', 'SKIP')), ['new', 1])
  t.strictSame(change(finished('a', 'SKIP'), finished('a', 'SKIP')), [undefined, 0])
  t.strictSame(change(undefined, finished('a', 'SKIP')), [undefined, 0])
  t.strictSame(change(finished('a', 'ERROR'), finished('a', 'PASS')), ['fixed', 0])
  t.strictSame(
    change(finished('a', 'FAIL'), finished('a', 'MISS')),
    [undefined, 69],
    'a test that did not run tells nothing',
  )
  t.end()
})

void test('a run that was cut off is never a success', (t) => {
  const baseline = new Baseline([finished('a', 'FAIL')])
  const verdicts = { PASS: 0, FAIL: 1, ERROR: 0, MISS: 0, SKIP: 0 }
  baseline.compared(finished('a', 'FAIL'))
  const end = {
    type: 'run-finished',
    milliseconds: 1,
    verdicts,
    aborted: 'the kernel did not come up',
    exitCode: 1,
  } as const
  t.match(baseline.compared(end), { exitCode: 1 })
  t.equal(baseline.exitCode(1), 1)
  t.equal(baseline.exitCode(130), 130)
  t.end()
})

void test('reports show a known failure as expected', async (t) => {
  const text = storyOf()
    .map((event) => `${lineOf(event)}\n`)
    .join('')
  const baseline = await readBaseline(t.testdir({ 'results.jsonl': text }))
  const now = storyOf().map((event): ReportEvent =>
    event.type === 'test-finished' && event.name === 'a'
      ? { ...event, verdict: 'FAIL', diagnostic: diagnosticOf('new') }
      : event,
  )
  const events = now.map((event) => baseline.compared(event))
  t.match(events.at(-1), { exitCode: 1 })
  const tap = await written('tap', events)
  t.match(tap, /^not ok 1 - a: the rule of a$/m)
  t.match(tap, /^not ok 2 - b: the rule of b # TODO the baseline has this failure\n {2}---/m)
  t.match(await written('ktap', events), /^ok 2 b # XFAIL the baseline has this failure$/m)
  const junit = await written('junit', events)
  t.match(junit, /failures="1" errors="1" skipped="3"/)
  t.match(junit, /<skipped message="known: wanted 12288, found 0"\/>/)
  const annotations = await written('annotations', events)
  t.match(annotations, /title=a::FAIL: new\n::error [^\n]*title=d::MISS/)
  t.notMatch(annotations, /title=b/)
  t.match(await written('summary', events), /\*\*new:\*\* a\n\n\*\*known:\*\* b, c\n/)
  t.match(
    await written('terminal', events),
    /gmemtest: new against the baseline: a\ngmemtest: known against the baseline: b, c\n/,
  )
})
