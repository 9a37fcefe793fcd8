// Bad days of what the harness has in the instance, on a kernel that is well.
import { test } from 'tap'
import { badDay } from '../fixtures/bad-day.ts'

void test('the agent is killed: FAIL; it says garbage, its ssh session is reset: ERROR', async (t) => {
  const day = await badDay(t, ['agent-killed', 'agent-says-garbage', 'ssh-reset'])
  t.equal(day.exitCode, 1, day.stderr)
  t.strictSame(day.points, ['not ok agent-killed', 'not ok agent-says-garbage', 'not ok ssh-reset'])
  t.strictSame(day.verdicts, ['FAIL', 'ERROR', 'ERROR'])
  for (const text of [
    /problem: the agent died during writeFile\(.*cgroup\.kill, "1"\); the kernel ended the agent by SIGKILL; the kernel is alive/,
    /problem: 'garbage instead of an answer: "Segmentation fault/,
    /problem: the agent died .*; the ssh session broke, and the agent ended with it; the kernel is alive/,
  ]) {
    t.match(day.tap, text)
  }
  t.notMatch(day.stderr, /trying once more/)
})
