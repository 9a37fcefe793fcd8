// The facts about a test that its event has.
import { test } from 'tap'
import { aboutOf } from '../../../harness/judge/facts.ts'

void test('the event of a test names the sizes of its pools, and no empty pool', (t) => {
  const subject = {
    name: 'a',
    title: '',
    suite: 'scenarios',
    rules: ['S-A9'],
    bugs: ['A-21'],
    requires: ['hugetlb'],
  } as const
  const about = { rules: ['S-A9'], bugs: ['A-21'], needs: ['hugetlb'] }
  t.strictSame(aboutOf({ ...subject, wants: { pools: { '1G': 0, '2M': 8 }, boot: [] } }), { ...about, pools: ['2M'] })
  t.strictSame(aboutOf({ ...subject, wants: { pools: { '1G': 0, '2M': 0 }, boot: [] } }), { ...about, pools: [] })
  t.end()
})
