// All scenarios on the kernel that converts by attributes of the file.
import { test } from 'tap'
import { gmemtest, pointsOf } from '../vm/fixtures/command.ts'

/** Those that are not about huge pages. */
const leastThatRun = 110

void test('each scenario passes on gmem-attributes, or is about huge pages', async (t) => {
  const ran = await gmemtest('run', '--kernel', 'gmem-attributes', '--isolation', 'none', '--output', t.testdir()).ended
  t.equal(ran.exitCode, 0, ran.stderr)
  const failed = pointsOf(ran.stdout).filter((point) => point.startsWith('not ok'))
  t.strictSame(failed, [])
  const skipped = ran.stdout.match(/^ok .* # SKIP/gm)?.length ?? 0
  t.ok(pointsOf(ran.stdout).length - skipped >= leastThatRun, `${skipped} skipped`)
})
