// Scenarios that lack an await: each is an ERROR, and the others are not disturbed.
import { test } from 'tap'
import { badDay } from '../fixtures/bad-day.ts'

void test('an error that no code catches is the ERROR of its scenario, and the others run', async (t) => {
  const names = ['a-passes', 'forgets-await', 'forgets-last-await', 'f-passes']
  const day = await badDay(t, names)
  t.equal(day.exitCode, 1, day.stderr)
  t.strictSame(day.points.toSorted(), [
    'not ok forgets-await',
    'not ok forgets-last-await',
    'ok a-passes',
    'ok f-passes',
  ])
  t.strictSame(day.verdicts, ['ERROR', 'ERROR'])
  t.match(day.tap, /no code caught an error: creating a file of 4095 bytes.*; look for a missing await/)
  t.match(day.tap, / at: \S*forgets-await\.ts:11 /)
})
