// A bug of one dialect that only scenarios of another one detect is noticed.
import { test } from 'tap'
import { bugHoles } from '../../../../harness/suites/scenarios/bug-holes.ts'

void test('a scenario detects a bug only where it runs', (t) => {
  const hugePages = { bugs: ['B-11'], needs: ['in-place-conversion', 'hugetlb'] } as const
  const anyPages = { bugs: ['B-11'], needs: ['in-place-conversion'] } as const
  t.match(bugHoles([hugePages]), [
    /^bug B-11 is one of the dialect gmem-attributes, and no scenario detects it there: /,
  ])
  t.strictSame(bugHoles([hugePages, anyPages]), [])
  t.end()
})

void test('bugs of huge pages are those of the dialect that has huge pages', (t) => {
  t.strictSame(bugHoles([{ bugs: ['A-1', 'O-2'], needs: ['in-place-conversion', 'hugetlb'] }]), [])
  const file = { bugs: ['A-1', 'O-2'], needs: ['file-attributes'] } as const
  t.match(bugHoles([file]), [/^bug A-1 is one of the dialect convert-ioctl, /, /^bug O-2 /])
  t.end()
})

void test('a bug without any scenario is not a hole of one dialect', (t) => {
  t.strictSame(bugHoles([]), [])
  t.end()
})
