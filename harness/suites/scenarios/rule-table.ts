// The rules in each dialect, with the scenarios that check them: docs/rules.md.
import type { NamedScenario } from './load-scenarios.ts'
import { allRules, rulesOutOfScope, type RuleId } from '../../catalogue/rules.ts'
import { scopeOf } from '../../catalogue/rule-scopes.ts'
import { ruleDialects, type RuleDialect } from '../../uapi/dialect.ts'
import { runsIn } from './runs-in.ts'

type Checking = Pick<NamedScenario, 'name' | 'rules' | 'needs'>

function checking(id: RuleId, scenarios: readonly Checking[]): readonly Checking[] {
  return scenarios.filter(({ rules }) => rules.includes(id))
}

/** Lists the rules that hold in a dialect, in their way or another, and that no scenario checks there. */
export function ruleHoles(scenarios: readonly Checking[]): string[] {
  return allRules().flatMap(([id, text]) => {
    if (rulesOutOfScope[id] !== undefined) return []
    const own = checking(id, scenarios)
    return ruleDialects
      .filter((dialect) => scopeOf(id, dialect).kind !== 'absent' && !own.some((each) => runsIn(each, dialect)))
      .map((dialect) => `rule ${id} holds in the dialect ${dialect}, and no scenario checks it there: ${text}`)
  })
}

function cell(id: RuleId, dialect: RuleDialect, scenarios: readonly Checking[]): string {
  const scope = scopeOf(id, dialect)
  if (scope.kind === 'absent') return `absent: ${scope.reason}`
  const count = checking(id, scenarios).filter((scenario) => runsIn(scenario, dialect)).length
  const shown = count === 0 ? '**none**' : `by ${count}`
  return scope.kind === 'differs' ? `${scope.value} (${shown})` : shown
}

/** Renders the rules as Markdown: a column for each dialect, and the scenarios. */
export function ruleTable(heading: readonly string[], scenarios: readonly Checking[]): string {
  const rows = allRules().map(([id, text]) => {
    const reason = rulesOutOfScope[id]
    const names = checking(id, scenarios).map(({ name }) => `\`${name}\``)
    const cells = ruleDialects.map((dialect) => (reason === undefined ? cell(id, dialect, scenarios) : '–'))
    const last = reason === undefined ? names.join(', ') || '**none**' : `out of scope: ${reason}`
    return `| ${[id, text, ...cells, last].join(' | ')} |`
  })
  const titles = ['rule', 'statement', ...ruleDialects.map((dialect) => `\`${dialect}\``), 'scenarios']
  return [...heading, `| ${titles.join(' | ')} |`, `|${titles.map(() => ' --- |').join('')}`, ...rows, ''].join('\n')
}
