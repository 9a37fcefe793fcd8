// Bad days of the disk that the results are written to.
import { test } from 'tap'
import { badDay, mountProblem } from '../fixtures/bad-day.ts'

const problem = await mountProblem()
const options = { skip: problem ?? false }

void test('the disk becomes full: MISS for this scenario and the others, and no second try', options, async (t) => {
  const day = await badDay(t, ['disk-full', 'f-passes'], { mount: 'size=20m' })
  t.equal(day.exitCode, 69, day.stderr)
  t.strictSame(day.points, ['not ok disk-full', 'not ok f-passes'])
  t.strictSame(day.verdicts, ['MISS', 'MISS'])
  t.match(day.tap, /problem: (>- )?no space left in \S+disk\.test/)
  t.match(day.stderr, /gmemtest: no space left in .*\n {2}hint: /)
  t.notMatch(day.stderr, /trying once more/)
})

void test('the disk is full before anything begins', options, async (t) => {
  const day = await badDay(t, ['f-passes'], { mount: 'size=8m' })
  t.equal(day.exitCode, 69, day.stderr)
  t.equal(day.tap, '')
  t.match(day.stderr, /^gmemtest: results need 16 MiB in .*, 8 MiB are free\n {2}hint: .*--output DIR/)
})

void test('the results cannot be written', options, async (t) => {
  const day = await badDay(t, ['f-passes'], { mount: 'ro' })
  t.equal(day.exitCode, 69, day.stderr)
  t.equal(day.tap, '')
  t.match(day.stderr, /^gmemtest: cannot write \/.*results\.jsonl: EROFS: read-only.*\n {2}hint: --output DIR/)
})
