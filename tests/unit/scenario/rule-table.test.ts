// Every rule in scope has a scenario, every scenario is well named, and docs/rules.md says so.
import { readFile } from 'node:fs/promises'
import { test } from 'tap'
import { inProject } from '../../../harness/project/paths.ts'
import { loadScenarios, scenarioNames } from '../../../harness/scenario/load.ts'
import { ruleTable, uncheckedRules } from '../../../harness/scenario/rule-table.ts'
import { allRules } from '../../../harness/scenario/rules.ts'

const scenarios = await loadScenarios(await scenarioNames())

void test('every rule in scope has a scenario', (t) => {
  t.strictSame(uncheckedRules(scenarios), [])
  t.end()
})

void test('a rule without a scenario is noticed', (t) => {
  t.strictSame(
    uncheckedRules([]),
    allRules()
      .filter(([, rule]) => rule.scope === 'in scope')
      .map(([id]) => id),
  )
  t.match(ruleTable([]), /\| S-A1 \|.*\| \*\*none\*\* \|/)
  t.end()
})

void test('docs/rules.md is what `gmemtest list --rules` prints', async (t) => {
  const found = await readFile(inProject('docs/rules.md'), 'utf8')
  t.equal(found, ruleTable(scenarios), 'make it again: ./gmemtest list --rules > docs/rules.md')
})

for (const scenario of scenarios) {
  void test(`${scenario.name} can be read in a report`, (t) => {
    t.match(scenario.name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    t.notMatch(scenario.title, /[.\n]|^[A-Z]/, 'a title is a clause, not a sentence')
    t.ok(scenario.title.length <= 120)
    t.ok(scenario.rules.length > 0, 'it names the rules that it checks')
    t.end()
  })
}
