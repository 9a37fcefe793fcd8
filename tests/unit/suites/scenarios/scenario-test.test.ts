// A test reports the rules that its scenario checks on a kernel of the dialect, and no rule that does not exist there.
import { test } from 'tap'
import type { Test } from '../../../../harness/run/test.ts'
import { scenario } from '../../../../harness/suites/scenarios/scenario.ts'
import { scenarioTest } from '../../../../harness/suites/scenarios/scenario-test.ts'
import type { Dialect } from '../../../../harness/uapi/dialect.ts'

const made = scenario({
  title: 'pages are converted',
  rules: ['S-A7', 'S-A36', 'S-B8'],
  pools: { '2M': 4 },
  run: () => Promise.resolve(),
})

function testFor(dialect: Dialect): Test {
  return scenarioTest({ ...made, name: 'convert', file: '/s/convert.ts' }, dialect)
}

void test('the rules and pools of a test are those of its dialect', (t) => {
  t.strictSame(testFor('convert-ioctl').rules, ['S-A7', 'S-A36'])
  t.strictSame(testFor('gmem-attributes').rules, ['S-A7', 'S-B8'])
  t.strictSame(testFor('gmem-attributes-v1').rules, ['S-A7', 'S-B8'])
  t.equal(testFor('convert-ioctl').wants.pools['2M'], 4)
  t.equal(testFor('gmem-attributes').wants.pools['2M'], 0)
  t.end()
})
