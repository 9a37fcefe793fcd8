// Many instances at the same time.
import { test } from 'tap'
import { gmemtest, pointsOf, qemusWith } from '../fixtures/command.ts'

void test('8 instances at once say what one after the other says', async (t) => {
  const output = t.testdir({})
  const names = ['contents-', 'default-state', 'disjoint-', 'equal-', 'guest-', 'initially-', 'neighbours-', 'refusal-']
  const one = await gmemtest('run', '--output', output, '--jobs=1', ...names).ended
  const eight = await gmemtest('run', '--output', output, '--jobs=8', ...names).ended
  t.equal(one.exitCode, 0, one.stderr)
  t.equal(eight.exitCode, 0, eight.stderr)
  t.ok(pointsOf(one.stdout).length >= 8)
  t.strictSame(pointsOf(eight.stdout), pointsOf(one.stdout))
  t.strictSame(await qemusWith(output), [], 'no QEMU is left')
})
