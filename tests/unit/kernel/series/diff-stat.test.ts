import { test } from 'tap'
import { diffStat } from '../../../../harness/kernel/series/diff-stat.ts'
import { gmemPatch } from '../fixtures/mini-tree.ts'

void test('the stat has each file, and the sum', async (t) => {
  const { signal } = new AbortController()
  t.strictSame(await diffStat({ diff: gmemPatch(), strip: 1 }, signal), [
    ' virt/gmem.c |    2 +-',
    ' 1 file changed, 1 insertion(+), 1 deletion(-)',
  ])
})
