// A scenario runs in the dialects that have all parts that it needs.
import { test } from 'tap'
import { runsIn } from '../../../../harness/suites/scenarios/runs-in.ts'
import { ruleDialects } from '../../../../harness/uapi/dialect.ts'

void test('the parts of a dialect decide where a scenario runs', (t) => {
  const cases = [
    [['private-memory'], ['convert-ioctl', 'gmem-attributes', 'vm-attributes']],
    [['in-place-conversion'], ['convert-ioctl', 'gmem-attributes']],
    [['in-place-conversion', 'hugetlb'], ['convert-ioctl']],
    [['file-attributes'], ['gmem-attributes']],
  ] as const
  for (const [needs, wanted] of cases) {
    const found = ruleDialects.filter((dialect) => runsIn({ needs }, dialect))
    t.strictSame(found, wanted, needs.join(', '))
  }
  t.end()
})
