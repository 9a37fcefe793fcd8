// The tables show entries without a scenario, and every scenario has a readable name. (`make check` compares the files in docs/.)
import { test } from 'tap'
import { loadScenarios } from '../../../../harness/suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'
import { catalogues, coverageTable, uncovered } from '../../../../harness/suites/scenarios/coverage.ts'
import { allBugs, bugs, uncoveredBugs } from '../../../../harness/catalogue/bugs.ts'
import { scopeOf } from '../../../../harness/catalogue/rule-scopes.ts'
import { ruleDialects } from '../../../../harness/uapi/dialect.ts'
import { runsIn } from '../../../../harness/suites/scenarios/runs-in.ts'
import { allRules, rulesOutOfScope } from '../../../../harness/catalogue/rules.ts'

const scenarios = await loadScenarios(await listScenarioFiles())

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}-${index + 1}`)
}

void test('a rule without a scenario is noticed', (t) => {
  t.strictSame(
    uncovered(catalogues.rules, []),
    allRules().filter(([id]) => rulesOutOfScope[id] === undefined),
  )
  t.match(coverageTable(catalogues.rules, []), /\| S-A1 \|.*\| \*\*none\*\* \|/)
  t.end()
})

void test('the catalogue of bugs is complete', (t) => {
  t.strictSame(
    allBugs().map(([id]) => id),
    [...numbered('A', 40), ...numbered('B', 22), ...numbered('O', 23)],
  )
  t.equal(new Set(Object.values(bugs)).size, allBugs().length, 'no text appears twice')
  t.end()
})

void test('a bug without a scenario and without a reason is noticed', (t) => {
  const ids = uncovered(catalogues.bugs, []).map(([id]) => id)
  t.ok(ids.includes('B-1'))
  t.notOk(ids.includes('B-10'))
  t.equal(ids.length + Object.keys(uncoveredBugs).length, allBugs().length)
  const table = coverageTable(catalogues.bugs, [])
  t.match(table, /\| B-1 \|.*\| \*\*none\*\* \|/)
  t.match(table, /\| B-10 \|.*\| not covered: a mistake in a selftest, not in the kernel \|/)
  t.end()
})

void test('a scenario covers the bugs that it names', (t) => {
  t.notOk(uncovered(catalogues.bugs, scenarios).some(([id]) => id === 'B-1'))
  t.match(coverageTable(catalogues.bugs, scenarios), /\| B-1 \|.*\| `convert-argument-errors` \|/)
  t.end()
})

void test('the table of bugs has a last column for the proofs', (t) => {
  const table = coverageTable(catalogues.bugs, scenarios, (id) => `shown for ${id}`)
  t.match(table, /^\| bug \| .* \| shown by \|\n\| --- \| --- \| --- \| --- \|\n/m)
  t.match(table, /^\| B-1 \|.*\| `convert-argument-errors` \| shown for B-1 \|$/m)
  t.notMatch(coverageTable(catalogues.rules, scenarios), /shown/)
  t.end()
})

void test('no entry has both a scenario and a reason to have none', (t) => {
  for (const { rules, bugs: detected, name } of scenarios) {
    t.strictSame(
      rules.filter((id) => rulesOutOfScope[id] !== undefined),
      [],
      name,
    )
    t.strictSame(
      detected.filter((id) => uncoveredBugs[id] !== undefined),
      [],
      name,
    )
  }
  t.end()
})

for (const scenario of scenarios) {
  void test(`${scenario.name} has a readable name and title`, (t) => {
    t.match(scenario.name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    t.notMatch(scenario.title, /[.\n]|^[A-Z]/, 'a title is a clause, not a sentence')
    t.ok(scenario.title.length <= 120)
    t.ok(scenario.rules.length > 0, 'it names the rules that it checks')
    for (const dialect of ruleDialects.filter((each) => runsIn(scenario, each))) {
      const own = scenario.rules.filter((id) => scopeOf(id, dialect).kind !== 'absent')
      t.ok(own.length > 0, `one of its rules exists in the dialect ${dialect}, where it runs`)
    }
    t.end()
  })
}
