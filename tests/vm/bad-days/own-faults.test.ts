// Scenarios that harm gmemtest itself: each has a verdict, and the others are not disturbed.
import { test } from 'tap'
import { badDay } from '../fixtures/bad-day.ts'

void test('a scenario that never gives the thread back is an ERROR with its place, and the one beside it passes', async (t) => {
  const day = await badDay(t, ['loops-forever', 'a-passes', 'f-passes'], { options: ['--jobs', '2'] })
  t.equal(day.exitCode, 1, day.stderr)
  t.strictSame(day.points, ['ok a-passes', 'ok f-passes', 'not ok loops-forever'])
  t.strictSame(day.verdicts, ['ERROR'])
  t.match(day.tap, /kept the thread busy for \d+ s at \S*loops-forever\.ts:9/)
  t.match(day.tap, / at: \S*loops-forever\.ts:9 /)
})

void test('a scenario that leaves a timer does not keep the process alive', async (t) => {
  const day = await badDay(t, ['leaves-a-timer'])
  t.equal(day.exitCode, 0)
  t.match(day.stderr, /ended, although something was still open: a timer of leaves-a-timer\n$/)
})
