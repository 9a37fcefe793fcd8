// Only what is new against an earlier run makes a run fail.
import { test } from 'tap'
import type { ReportEvent, SplatNote, TestFinished, Verdict } from '../../../../harness/report/events.ts'
import { Baseline } from '../../../../harness/report/stored/baseline.ts'
import { traitsOfRun } from '../../../../harness/report/stored/failure.ts'
import { diagnosticOf, storyOf } from '../fixtures/story.ts'
import { written } from '../fixtures/written.ts'

function finished(
  name: string,
  verdict: Verdict,
  splats: readonly SplatNote[] = [],
  rest: Partial<TestFinished> = {},
): TestFinished {
  return {
    type: 'test-finished',
    suite: 's',
    name,
    title: '',
    verdict,
    milliseconds: 1,
    ...(splats.length === 0 ? {} : { splats }),
    ...rest,
  }
}

function saying(message: string): TestFinished {
  return finished('a', 'FAIL', [], { diagnostic: diagnosticOf(message) })
}

/** The end of a run. */
function ending(exitCode: number, aborted?: string): ReportEvent {
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  return {
    type: 'run-finished',
    milliseconds: 1,
    verdicts,
    exitCode,
    ...(aborted === undefined ? {} : { aborted }),
  }
}

/** The exit code of a run of these tests; without an end if `exitCode` is the one of a run that was killed. */
function codeOf(
  before: readonly TestFinished[],
  now: readonly TestFinished[],
  exitCode: number,
  end: ReportEvent | undefined = ending(exitCode),
): number {
  const baseline = new Baseline(traitsOfRun(before))
  for (const event of [...now, ...(end === undefined ? [] : [end])]) baseline.compared(event)
  return baseline.exitCode(exitCode)
}

function splat(fingerprint: string, allowed?: string): SplatNote {
  return { fingerprint, kind: 'warning', title: 'WARNING', ...(allowed === undefined ? {} : { allowed }) }
}

/** The change of a test, and the exit code of a run in which it alone counts. */
function change(before: TestFinished | undefined, now: TestFinished): unknown {
  const baseline = new Baseline(traitsOfRun(before === undefined ? [] : [before]))
  const event = baseline.compared(now)
  const without = now.verdict === 'FAIL' || now.verdict === 'ERROR' ? 1 : now.verdict === 'MISS' ? 69 : 0
  baseline.compared(ending(without))
  return [event.type === 'test-finished' ? event.change : 'no test', baseline.exitCode(without)]
}

void test('a failure is known when the baseline has it, and new when it has it not', (t) => {
  for (const verdict of ['FAIL', 'ERROR'] as const) {
    t.strictSame(change(finished('a', verdict), finished('a', verdict)), ['known', 0])
    t.strictSame(change(finished('a', 'PASS'), finished('a', verdict)), ['new', 1])
    t.strictSame(change(finished('a', 'MISS'), finished('a', verdict)), ['new', 1])
    t.strictSame(change(undefined, finished('a', verdict)), ['new', 1], 'a new test')
  }
  t.strictSame(change(finished('a', 'FAIL'), finished('a', 'ERROR')), ['new', 1])
  t.strictSame(change(finished('a', 'ERROR'), finished('a', 'FAIL')), ['new', 1])
  t.end()
})

void test('another check of the same test is another fault; numbers tell nothing', (t) => {
  const before = saying("page 3 at 0xffff8881: wanted [ 'sigbus', 4 ], found [ 'sigbus', 2 ]")
  const after = saying("page 17 at 0x7f00: wanted [ 'sigbus', 4 ], found [ 'sigbus', 0 ]")
  t.strictSame(change(before, after), ['known', 0])
  t.strictSame(change(before, saying('DATA LOST')), ['new', 1])
  t.strictSame(change(finished('a', 'FAIL'), saying('DATA LOST')), ['new', 1])
  t.end()
})

const program = (points: TestFinished['points'] & {}): TestFinished => finished('a', 'FAIL', [], { points })
const bad = (name: string) => ({ ok: false, name })

void test('another point of a program is another fault', (t) => {
  t.strictSame(change(program([bad('p1'), bad('p2')]), program([bad('p1'), { ok: true, name: 'p2' }])), ['known', 0])
  t.strictSame(change(program([bad('p1')]), program([bad('p1'), bad('p2')])), ['new', 1])
  t.strictSame(change(program([bad('p1')]), program([bad('p1'), { ...bad('p2'), directive: 'TODO' }])), ['known', 0])
  const below = (name: string) => ({ ...bad('p'), points: [bad(name)] })
  t.strictSame(change(program([below('p1')]), program([below('p2')])), ['new', 1])
  t.end()
})

void test('another splat is another fault; one that is allowed is none', (t) => {
  const before = finished('a', 'FAIL', [splat('1')])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('1')])), ['known', 0])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('1'), splat('2')])), ['new', 1])
  t.strictSame(change(before, finished('a', 'FAIL', [splat('1'), splat('2', 'known')])), ['known', 0])
  t.strictSame(change(before, finished('a', 'FAIL')), ['new', 1], 'the fault of the baseline had a splat')
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
  const failed = [finished('a', 'FAIL')]
  t.equal(codeOf(failed, failed, 1), 0)
  t.equal(codeOf(failed, failed, 1, ending(1, 'the kernel did not come up')), 1)
  const killed = new Baseline(traitsOfRun(failed))
  killed.compared(finished('a', 'FAIL'))
  t.equal(killed.exitCode(1), 1, 'a run without an end was killed')
  t.equal(codeOf(failed, failed, 130), 130)
  t.equal(codeOf(failed, failed, 2), 2)
  t.match(new Baseline(traitsOfRun(failed)).compared(ending(1, 'x')), { exitCode: 1 })
  t.end()
})

void test('a planned test without a result counts as a MISS', (t) => {
  const [begin] = storyOf()
  if (begin?.type !== 'run-started') throw new Error('a story has a beginning')
  const baseline = new Baseline(traitsOfRun([finished('a', 'FAIL')]))
  baseline.compared({ ...begin, tests: ['a', 'b'] })
  baseline.compared(finished('a', 'FAIL'))
  t.match(baseline.compared(ending(1)), { exitCode: 69 })
  t.equal(baseline.exitCode(1), 69)
  t.end()
})

void test('what is new makes the run fail whatever its own exit code, and what is known does not', (t) => {
  const miss = finished('m', 'MISS')
  t.equal(codeOf([finished('a', 'PASS')], [finished('a', 'SKIP'), miss], 69), 1, 'a new skip beside a MISS')
  t.equal(codeOf([], [finished('a', 'FAIL')], 69), 1, 'a code that another baseline has made')
  const broken = [finished('a', 'ERROR')]
  t.equal(codeOf(broken, broken, 69), 0, 'a program that is not built in both')
  t.equal(codeOf(broken, [...broken, miss], 69), 69)
  t.equal(codeOf([], [finished('a', 'PASS')], 69), 69, 'a reason that is no test')
  t.end()
})

void test('reports show a known failure as expected', async (t) => {
  const baseline = new Baseline(traitsOfRun(storyOf()))
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

const listing = (isExpired: boolean) => ({ listed: () => ({ isExpired, text: 'why' }) })

void test('a listed failure is known without the baseline, and one whose entry has expired counts despite it', (t) => {
  const failed = finished('a', 'FAIL')
  t.match(new Baseline(new Map(), listing(false)).compared(failed), { change: 'known', because: 'why' })
  const expired = new Baseline(traitsOfRun([failed]), listing(true))
  t.match(expired.compared(failed), { change: 'new', because: 'why' })
  expired.compared(ending(1))
  t.equal(expired.exitCode(1), 1)
  t.end()
})

void test('a failure that comes and goes does not count; a slower conversion does', async (t) => {
  const flaky = new Baseline(traitsOfRun([finished('a', 'PASS')]), { flaky: () => '1 of 9' })
  t.match(flaky.compared(finished('a', 'FAIL')), { change: 'flaky', because: '1 of 9' })
  flaky.compared(ending(1))
  t.equal(flaky.exitCode(1), 0)
  const slower = new Baseline(new Map(), { slower: () => 'twice as slow' })
  t.match(slower.compared(finished('a', 'PASS')), { change: 'new', because: 'twice as slow' })
  slower.compared(ending(0))
  t.equal(slower.exitCode(0), 1)
  const [first, ...rest] = storyOf()
  if (first === undefined) throw new Error('a story has a beginning')
  const events = [first, ...rest].map((event) => slower.compared(event))
  t.match(
    await written('tap', events),
    /^not ok 1 - a: the rule of a\n {2}---\n {2}verdict: PASS\n {2}problem: twice as slow\n/m,
  )
  t.match(await written('junit', events), /<failure message="twice as slow" type="PASS">/)
  t.match(await written('ktap', events), /# problem: twice as slow\nnot ok 1 a\n/)
  t.match(await written('annotations', events), /title=a::PASS: twice as slow\n/)
})

void test('a splat that no test of the baseline has is marked, and an allowed one is not', (t) => {
  const baseline = new Baseline(traitsOfRun([finished('a', 'FAIL', [splat('1')])]))
  const event = baseline.compared(finished('b', 'FAIL', [splat('1'), splat('2'), splat('3', 'known')]))
  t.strictSame(event.type === 'test-finished' && event.splats?.map(({ isNew }) => isNew), [undefined, true, undefined])
  const again = new Baseline(traitsOfRun([finished('a', 'FAIL', [splat('2')])])).compared(event)
  t.notMatch(again, { splats: [{}, { isNew: true }] }, 'marks of another baseline do not stay')
  t.end()
})

void test('a stored exit code for what was new against another baseline does not count', (t) => {
  const skipped = finished('a', 'SKIP', [], { change: 'new' })
  t.equal(codeOf([finished('a', 'SKIP')], [skipped], 1), 0)
  t.equal(codeOf([finished('a', 'PASS')], [skipped], 1), 1)
  t.equal(codeOf([finished('a', 'PASS')], [finished('a', 'PASS', [], { change: 'new', because: 'slow' })], 1), 0)
  t.end()
})

function beginning(tests: readonly string[], shard: object): ReportEvent {
  return {
    type: 'run-started',
    time: 'T',
    version: 3,
    kernel: 'k',
    dialect: 'd',
    suite: 's',
    tests,
    isolation: 'vm',
    ...shard,
  }
}

void test('tests of the baseline that are not in the run are told, and do not count', (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const earlier = [...names.map((name) => finished(name, 'PASS')), finished('missed', 'MISS')]
  const notes = (tests: readonly string[], shard: object = {}): readonly string[] => {
    const baseline = new Baseline(traitsOfRun(earlier))
    baseline.compared(beginning(tests, shard))
    return baseline.notMet()
  }
  t.strictSame(notes(names), [])
  t.strictSame(notes(names.slice(1)), ['the baseline has 1 test that this run does not: a'])
  t.strictSame(notes([]), ['the baseline has 7 tests that this run does not: a, b, c, d, e and 2 others'])
  const shard = { index: 1, count: 2, total: 7, places: [0], basis: 'x' }
  t.strictSame(notes(['a'], { shard }), [], 'the other shards have them')
  t.end()
})

void test('the list is asked about the tests that have a verdict on the kernel', (t) => {
  let asked: readonly string[] = []
  const notMet = (ran: ReadonlySet<string>): string[] => {
    asked = [...ran]
    return ['x']
  }
  const baseline = new Baseline(new Map(), { notMet })
  const verdicts = ['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP'] as const
  for (const verdict of verdicts) baseline.compared(finished(verdict, verdict))
  t.strictSame(baseline.notMet(), ['x'])
  t.strictSame(asked, ['PASS', 'FAIL', 'ERROR'])
  t.end()
})
