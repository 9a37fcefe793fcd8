// What a change against a baseline means for reports.
import { test } from 'tap'
import { expectedPoints, isRed } from '../../../harness/report/change.ts'
import type { ReportEvent, TestFinished } from '../../../harness/report/events.ts'
import { storyOf } from './fixtures/story.ts'
import { written } from './fixtures/written.ts'

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
