// 50 MB on the console in one scenario: all of it is looked at.
import { test } from 'tap'
import { badDay } from '../fixtures/bad-day.ts'

void test('a flood of 50 MB: PASS, and FAIL when there is a splat at its beginning', async (t) => {
  const day = await badDay(t, ['flood*'])
  t.equal(day.exitCode, 1, day.stderr)
  t.strictSame(day.points, ['ok flood', 'not ok flood-with-complaint'])
  t.strictSame(day.verdicts, ['FAIL'])
  t.match(day.tap, /problem: "kernel splat: WARNING: CPU: 0 PID: 1 at virt\/kvm\/guest_memfd\.c:1/)
})
