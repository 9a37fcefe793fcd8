// The table of rules shows rules without a scenario, and every scenario has a readable name. (`make check` checks the table itself.)
import { test } from 'tap'
import { loadScenarios } from '../../../../harness/suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'
import { ruleTable, uncheckedRules } from '../../../../harness/suites/scenarios/rule-table.ts'
import { allRules, rulesOutOfScope } from '../../../../harness/catalogue/rules.ts'

const scenarios = await loadScenarios(await listScenarioFiles())

void test('a rule without a scenario is noticed', (t) => {
  t.strictSame(
    uncheckedRules([]),
    allRules()
      .map(([id]) => id)
      .filter((id) => rulesOutOfScope[id] === undefined),
  )
  t.match(ruleTable([]), /\| S-A1 \|.*\| \*\*none\*\* \|/)
  t.end()
})

for (const scenario of scenarios) {
  void test(`${scenario.name} has a readable name and title`, (t) => {
    t.match(scenario.name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    t.notMatch(scenario.title, /[.\n]|^[A-Z]/, 'a title is a clause, not a sentence')
    t.ok(scenario.title.length <= 120)
    t.ok(scenario.rules.length > 0, 'it names the rules that it checks')
    t.end()
  })
}
