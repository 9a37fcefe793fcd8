import { test } from 'tap'
import type { Trial } from '../../../../harness/campaigns/bisect/trial.ts'
import { walkSeries } from '../../../../harness/campaigns/bisect/walk-series.ts'

void test('each kernel gets a verdict, from the fewest patches on', async (t) => {
  const kinds: readonly Trial['kind'][] = ['not-built', 'no-boot', 'lacking', 'passed', 'failed', 'unclear', 'trouble']
  const told: string[] = []
  await walkSeries(
    [6, 0, 1, 2, 3, 4, 5],
    async (applied) => ({ kind: kinds[applied] ?? 'passed', message: `reason ${applied}` }),
    async (applied, { verdict, message }) => void told.push(`${applied} ${verdict} ${message}`),
  )
  t.strictSame(told, [
    '0 FAIL does not build: reason 0',
    '1 FAIL does not boot: reason 1',
    '2 SKIP builds and boots; reason 2',
    '3 PASS reason 3',
    '4 FAIL reason 4',
    '5 ERROR reason 5',
    '6 MISS reason 6',
  ])
})
