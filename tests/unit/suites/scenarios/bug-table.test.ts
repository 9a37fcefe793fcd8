// The table of bugs shows bugs without a scenario and without a reason.
import { test } from 'tap'
import { bugTable, scenariosByBug, unansweredBugs } from '../../../../harness/suites/scenarios/bug-table.ts'
import { allBugs, bugs, uncoveredBugs } from '../../../../harness/catalogue/bugs.ts'
import { loadScenarios } from '../../../../harness/suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'

const scenarios = await loadScenarios(await listScenarioFiles())

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}-${index + 1}`)
}

void test('the catalogue is complete', (t) => {
  t.strictSame(
    allBugs().map(([id]) => id),
    [...numbered('A', 40), ...numbered('B', 22), ...numbered('O', 23)],
  )
  t.equal(new Set(Object.values(bugs)).size, allBugs().length, 'no title twice')
  t.end()
})

void test('a bug without a scenario and without a reason is noticed', (t) => {
  const unanswered = unansweredBugs([])
  t.ok(unanswered.includes('B-1'))
  t.notOk(unanswered.includes('B-10'))
  t.equal(unanswered.length + Object.keys(uncoveredBugs).length, allBugs().length)
  const table = bugTable([])
  t.match(table, /\| B-1 \|.*\| \*\*none\*\* \|/)
  t.match(table, /\| B-10 \|.*\| not covered: a mistake in a selftest, not in the kernel \|/)
  t.end()
})

void test('a scenario covers the bugs that it names', (t) => {
  t.notOk(unansweredBugs(scenarios).includes('B-1'))
  t.match(bugTable(scenarios), /\| B-1 \|.*\| `convert-argument-errors` \|/)
  t.end()
})

void test('no bug has both a scenario and a reason to have none', (t) => {
  const byBug = scenariosByBug(scenarios)
  for (const [id] of allBugs()) {
    t.notOk(uncoveredBugs[id] !== undefined && (byBug.get(id) ?? []).length > 0, id)
  }
  t.end()
})
