// What a change against a baseline means for reports.
import { test } from 'tap'
import { expectedPoints, isRed, repetition } from '../../../../harness/report/meaning/change.ts'
import type { ReportEvent, TestFinished } from '../../../../harness/report/events.ts'
import { storyOf } from '../fixtures/story.ts'
import { written } from '../fixtures/written.ts'

/** A story in which one test ends otherwise. */
function storyWith(name: string, rest: Partial<TestFinished>): ReportEvent[] {
  return storyOf().map((event) =>
    event.type === 'test-finished' && event.name === name ? { ...event, ...rest } : event,
  )
}

void test('a known failure is not red, and a new skip is', (t) => {
  t.ok(isRed({ verdict: 'FAIL' }))
  t.ok(isRed({ verdict: 'MISS' }))
  t.ok(isRed({ verdict: 'SKIP', change: 'new' }))
  t.notOk(isRed({ verdict: 'FAIL', change: 'known' }))
  t.notOk(isRed({ verdict: 'SKIP' }))
  t.notOk(isRed({ verdict: 'PASS', change: 'fixed' }))
  t.end()
})

void test('a new skip fails in each format, with its reason', async (t) => {
  const events = storyWith('e', { change: 'new' })
  const problem = 'skipped, but the baseline ran it: the kernel lacks #1'
  t.match(
    await written('tap', events),
    `not ok 5 - e: the rule of e\n  ---\n  verdict: SKIP\n  problem: "${problem}"\n`,
  )
  const ktap = await written('ktap', events)
  t.match(ktap, `# problem: "${problem}"\nnot ok 5 e\n`)
  t.notMatch(ktap, /# SKIP/)
  const junit = await written('junit', events)
  t.match(junit, /failures="2" errors="2" skipped="0"/)
  t.match(junit, `<failure message="${problem}" type="SKIP">`)
  t.match(await written('annotations', events), `::error title=e::SKIP: ${problem}\n`)
})

void test('the points of a known failure were expected to fail', async (t) => {
  const points = [
    { ok: true, name: 'x' },
    { ok: false, name: 'y', points: [{ ok: false, name: 'z' }] },
    { ok: false, name: 's', directive: 'SKIP' },
  ] as const
  const todo = { ok: false, directive: 'TODO', reason: 'the baseline has this failure' }
  t.strictSame(expectedPoints(points, todo.reason), [
    points[0],
    { ...todo, name: 'y', points: [{ ...todo, name: 'z' }] },
    points[2],
  ])
  const events = storyWith('b', { change: 'known', points })
  t.notMatch(await written('ktap', events), /^ +not ok/m)
  t.match(await written('ktap', events), /^ {4}ok 1 z # XFAIL the baseline/m)
  t.match(await written('tap', events), /^ {8}not ok 1 - z # TODO the baseline/m)
  t.match(await written('ktap', storyWith('b', { points })), /^ {4}not ok 1 z$/m)
})

void test('reports say why a failure does not count, and how often a new one failed again', async (t) => {
  const because = 'it failed in 1 of 9 runs on k #2, 2 to 40 %'
  const flaky = storyWith('b', { change: 'flaky', because })
  t.match(
    await written('tap', flaky),
    `not ok 2 - b: the rule of b # TODO flaky: it failed in 1 of 9 runs on k \\#2, 2`,
  )
  t.match(await written('ktap', flaky), 'ok 2 b # XFAIL flaky: it failed in 1 of 9 runs on k _2, 2 to 40 %\n')
  t.match(await written('junit', flaky), '<skipped message="flaky: wanted 12288, found 0"/>')
  t.match(await written('summary', flaky), String.raw`**flaky:** b (it failed in 1 of 9 runs on k \#2, 2 to 40 %)`)
  t.match(await written('terminal', flaky), `flaky against the baseline: b (${because})\n`)
  const repeated = { type: 'failure-repeated', suite: 'scenarios', name: 'b', runs: 3, failures: 2 } as const
  const events = storyWith('b', { change: 'new' })
  const again = [...events.slice(0, -1), repeated, ...events.slice(-1)]
  t.match(await written('tap', again), '# b is new, and when it ran again: 2 of 3\n')
  t.match(await written('junit', again), 'when_repeated: 2 of 3')
  t.match(await written('summary', again), '**new:** b (when it ran again: 2 of 3)')
  t.match(await written('terminal', again), 'gmemtest: b is new, and when it ran again: 2 of 3\n')
  t.equal(repetition({ runs: 5, failures: 5 }), 'always (5 of 5)')
  t.equal(repetition({ runs: 0, failures: 0 }), 'no run came to its end')
})
