// The table of rules has a column for each dialect, and a rule that no scenario checks in one of them is noticed.
import { test } from 'tap'
import { ruleHoles, ruleTable } from '../../../../harness/suites/scenarios/rule-table.ts'
import type { NamedScenario } from '../../../../harness/suites/scenarios/load-scenarios.ts'

type Checking = Pick<NamedScenario, 'name' | 'rules' | 'needs'>

function checking(name: string, rules: Checking['rules'], needs: Checking['needs']): Checking {
  return { name, rules, needs }
}

function holesOf(id: string, scenarios: readonly Checking[]): string[] {
  return ruleHoles(scenarios).flatMap((hole) => {
    const [, dialect] = new RegExp(`^rule ${id} holds in the dialect ([a-z-]+), `).exec(hole) ?? []
    return dialect === undefined ? [] : [dialect]
  })
}

void test('a scenario covers its rules in the dialects where it can run', (t) => {
  t.strictSame(holesOf('S-A1', []), ['convert-ioctl', 'gmem-attributes', 'vm-attributes'])
  t.strictSame(holesOf('S-A1', [checking('a', ['S-A1'], ['in-place-conversion'])]), ['vm-attributes'])
  t.strictSame(holesOf('S-A1', [checking('a', ['S-A1'], ['in-place-conversion', 'hugetlb'])]), [
    'gmem-attributes',
    'vm-attributes',
  ])
  t.strictSame(holesOf('S-A1', [checking('a', ['S-A1'], ['private-memory'])]), [])
  t.end()
})

void test('a rule that does not exist in a dialect needs no scenario there', (t) => {
  t.strictSame(holesOf('S-A24', []), ['convert-ioctl'])
  t.strictSame(holesOf('V-2', []), ['convert-ioctl', 'vm-attributes'])
  t.strictSame(holesOf('S-B9', []), ['gmem-attributes'])
  t.end()
})

void test('a row tells where the rule holds, has another value, or is absent', (t) => {
  const table = ruleTable(['# Rules', ''], [checking('a', ['2.2-zero-size'], ['in-place-conversion'])])
  t.match(table, /^\| rule \| statement \| `convert-ioctl` \| `gmem-attributes` \| `vm-attributes` \| scenarios \|$/m)
  t.match(table, /^\| 2\.2-zero-size \| .* \| by 1 \| EINVAL \(by 1\) \| absent: [^|]+ \| `a` \|$/m)
  t.match(table, /^\| S-A1 \| .* \| \*\*none\*\* \| [^|]* \(\*\*none\*\*\) \| \*\*none\*\* \| \*\*none\*\* \|$/m)
  t.match(table, /^\| S-A40 \| .* \| – \| – \| – \| out of scope: /m)
  t.end()
})
