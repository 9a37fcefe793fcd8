// The tables of rules and bugs, each with what this run says of it.
import { allBugs, uncoveredBugs, dialectOfBug } from '../../catalogue/bugs.ts'
import { allRules, rulesOutOfScope } from '../../catalogue/rules.ts'
import { scopeOf } from '../../catalogue/rule-scopes.ts'
import { ruleDialects, type RuleDialect } from '../../uapi/dialect.ts'
import { linkTo, type Entry } from './entries.ts'
import { joined, markup, nothing, type Markup, type Part } from './markup.ts'
import { countText, verdictOrder, verdictWords } from './wording.ts'

/** The most tests that a row names. */
const mostNamed = 8

/** Returns the table of rules; `dialect` is that of the kernel, if it is known. */
export function ruleTable(entries: readonly Entry[], dialect: string | undefined): Markup {
  const own = ruleDialects.find((name) => name === dialect || dialect?.startsWith(`${name}-`) === true)
  const unseen = unseenIn(entries)
  const byRule = grouped(entries, ({ result }) => result.about?.rules ?? result.diagnostic?.rules ?? [])
  const rows = allRules().map(([id, text]) => {
    const tests = byRule.get(id) ?? []
    const scope = own === undefined ? undefined : scopeOf(id, own)
    const other = scope?.kind === 'differs' ? markup` <span class="quiet">Here: ${scope.value}.</span>` : nothing
    const absent = scope?.kind === 'absent' ? `absent in ${own ?? ''}: ${scope.reason}` : undefined
    const said = tests.length > 0 ? counts(tests, 'r', id) : (rulesOutOfScope[id] ?? absent ?? unseen)
    return row('rule', id, markup`${text}${other}`, said, tests)
  })
  return table('Rule', rows)
}

/** Returns the table of bugs. Of a campaign of mutants, a result is that of a kernel with the bug. */
export function bugTable(entries: readonly Entry[], dialect: string | undefined): Markup {
  const unseen = unseenIn(entries)
  const byBug = grouped(entries, ({ result }) => result.about?.bugs ?? [])
  const rows = allBugs().map(([id, text]) => {
    const tests = byBug.get(id) ?? []
    const said =
      tests.length > 0 ? sightings(tests, id) : (uncoveredBugs[id] ?? missing(dialectOfBug(id), dialect, unseen))
    return row('bug', id, text, said, tests)
  })
  return table('Bug', rows)
}

function missing(of: RuleDialect, dialect: string | undefined, unseen: string): string {
  return dialect === undefined || dialect.startsWith(of) ? unseen : `${unseen}: a bug of ${of}`
}

/** Returns the words for an entry without a test; results of earlier revisions do not tell what their tests look at. */
function unseenIn(entries: readonly Entry[]): string {
  const isTold = entries.length === 0 || entries.some(({ result }) => result.about !== undefined)
  return isTold ? 'no test of this run' : 'not recorded in these results'
}

function grouped(entries: readonly Entry[], idsOf: (entry: Entry) => readonly string[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    for (const id of idsOf(entry)) {
      const group = groups.get(id)
      if (group === undefined) groups.set(id, [entry])
      else group.push(entry)
    }
  }
  return groups
}

/** Returns the counts of the verdicts as a link that filters the list. */
function counts(tests: readonly Entry[], filter: string, id: string): Markup {
  const parts = verdictOrder.flatMap((verdict) => {
    const count = tests.filter(({ result }) => result.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdictWords[verdict]}`]
  })
  return markup`<a href="#results" data-filter="${filter}" data-value="${id}">${parts.join(', ')}</a>`
}

/** Of the verdicts, only FAIL is about the kernel: an ERROR says nothing about it. */
function hasFailed({ result }: Entry): boolean {
  return result.verdict === 'FAIL'
}

function sightings(tests: readonly Entry[], id: string): Part {
  const [first] = tests
  const failed = tests.filter(hasFailed).length
  if (first?.result.suite === 'mutants') {
    const of = countText(tests.length, 'mutant')
    return markup`${counts(tests, 'b', id)}: ${tests.length - failed} of ${of} detected`
  }
  const ran = tests.some(({ result }) => result.verdict === 'PASS')
  const verdict = failed > 0 ? 'may be there' : ran ? 'not seen' : 'not looked for'
  return markup`${verdict}: ${counts(tests, 'b', id)}`
}

/** Returns a row; it names the tests that failed. */
function row(kind: string, id: string, text: Part, said: Part, tests: readonly Entry[]): Markup {
  const failed = tests.filter(hasFailed)
  const named = failed.slice(0, mostNamed).map(linkTo)
  const more = failed.length > named.length ? ` and ${failed.length - named.length} more` : ''
  const state = failed.length > 0 ? 'bad' : tests.length > 0 ? 'seen' : 'unseen'
  return markup`<tr id="${kind}-${id}" class="${state}"><th scope="row">${id}<td>${text}<td>${said}${
    named.length === 0 ? nothing : markup`<br>${joined(named, ', ')}${more}`
  }
`
}

function table(heading: string, rows: readonly Markup[]): Markup {
  return markup`<table class="catalogue"><thead><tr><th scope="col">${heading}<th scope="col">Text<th scope="col">This run<tbody>${rows}</table>`
}
