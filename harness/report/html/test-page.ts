// The page of one test: what it checks, what went wrong, and how to run it again.
import { inspect } from 'node:util'
import { allBugs } from '../../catalogue/bugs.ts'
import { allRules } from '../../catalogue/rules.ts'
import { visibleText } from '../../base/visible-text.ts'
import { differenceOf } from '../difference.ts'
import type { Diagnostic, TestPoint } from '../events.ts'
import type { Result } from '../gather.ts'
import { shortened } from '../tidy.ts'
import { joined, markup, nothing, type Markup, type Part } from './markup.ts'
import { reproducerPart, type Reproducer } from './reproducers.ts'
import { linkedLine, type sourceOf } from './source-links.ts'
import { clockText } from './wording.ts'

type AddressOf = ReturnType<typeof sourceOf>

/** The most characters of a console excerpt: a page must stay readable. */
const longestExcerpt = 20_000

const ruleTexts: ReadonlyMap<string, string> = new Map(allRules())
const bugTexts: ReadonlyMap<string, string> = new Map(allBugs())

/** What the page of a test has beside its result. */
interface Extras {
  readonly addressOf: AddressOf
  /** A sentence about its durations in earlier runs. */
  readonly usual: string | undefined
  readonly reproducer: Reproducer | undefined
}

/** Returns the page of a test below its head. */
export function testPage(result: Result, { addressOf, usual, reproducer }: Extras): Markup {
  const { diagnostic, splats = [], points = [], retried, again } = result
  return markup`${factList(result, usual)}${
    retried === undefined ? nothing : section('First try', markup`<p>${retried}</p>`)
  }${diagnostic === undefined ? nothing : checkPart(result, diagnostic)}${
    splats.length === 0 ? nothing : splatPart(splats, diagnostic?.trace ?? [], addressOf)
  }${diagnostic === undefined ? nothing : evidencePart(diagnostic)}${
    points.length === 0 ? nothing : section('Test points', pointList(points))
  }${again === undefined ? nothing : section('Run it again', command(again))}${
    reproducer === undefined ? nothing : section('C program that shows it', reproducerPart(result.name, reproducer))
  }`
}

function section(heading: string, content: Part): Markup {
  return markup`<h4>${heading}</h4>${content}`
}

function lines(rows: readonly Part[]): Markup {
  return markup`<pre>${joined(rows, '\n')}</pre>`
}

function command(text: string): Markup {
  return markup`<pre class="again">${text}</pre>`
}

/** Returns the facts about a test; its rules and bugs are links to their rows, which have their texts. */
function factList(result: Result, usual: string | undefined): Markup {
  const { about, diagnostic, begin, worker, suite } = result
  const rules = about?.rules ?? diagnostic?.rules ?? []
  const isShown = diagnostic !== undefined
  const facts: readonly (readonly [string, Part] | undefined)[] = [
    usual === undefined ? undefined : ['Usually', usual],
    begin === undefined ? undefined : ['Began', clockText(begin)],
    worker === undefined ? undefined : ['Worker', worker + 1],
    diagnostic?.at === undefined ? undefined : ['At', markup`<code>${diagnostic.at}</code>`],
    rules.length === 0 ? undefined : ['Rules', named(rules, 'rule', isShown ? ruleTexts : undefined)],
    about === undefined || about.bugs.length === 0
      ? undefined
      : [suite === 'mutants' ? 'Has the bug' : 'Detects', named(about.bugs, 'bug', isShown ? bugTexts : undefined)],
    about === undefined || about.needs.length === 0 ? undefined : ['Needs', about.needs.join(', ')],
    about === undefined || about.pools.length === 0 ? undefined : ['Page sizes', ['4K', ...about.pools].join(', ')],
  ]
  const rows = facts.flatMap((fact) => (fact === undefined ? [] : [markup`<dt>${fact[0]}<dd>${fact[1]}`]))
  return rows.length === 0 ? nothing : markup`<dl>${rows}</dl>`
}

/** Returns links to rules or bugs; with `texts`, each on a line with its text. */
function named(ids: readonly string[], kind: string, texts: ReadonlyMap<string, string> | undefined): Part {
  const links = ids.map((id) => markup`<a href="#${kind}-${id}">${id}</a>`)
  if (texts === undefined) return joined(links, ' ')
  return markup`<ul>${ids.map((id, index) => markup`<li>${links[index] ?? id} ${texts.get(id) ?? ''}</li>`)}</ul>`
}

/** Returns the values of a check, and the operations of the agent up to it; a program has its output instead. */
function checkPart({ diff }: Result, diagnostic: Diagnostic): Markup {
  const { operations, output = [] } = diagnostic
  const hasValues = 'wanted' in diagnostic || 'found' in diagnostic
  const last = operations.length - 1
  const steps = operations.map((text, index) => markup`<li${index === last ? markup` class="last"` : ''}>${text}</li>`)
  return markup`${hasValues ? valuePart(diagnostic.wanted, diagnostic.found, diff) : nothing}${
    operations.length === 0 ? nothing : section('The last operations', markup`<ol class="steps">${steps}</ol>`)
  }${output.length === 0 ? nothing : section('Output', lines(output))}`
}

function valuePart(wanted: unknown, found: unknown, diff: string = differenceOf(wanted, found)): Markup {
  const rows = visibleText(diff)
    .split('\n')
    .map((line): Part => {
      if (line.startsWith('-')) return markup`<del>${line}</del>`
      return line.startsWith('+') ? markup`<ins>${line}</ins>` : line
    })
  // Of two single values, the difference has nothing but these values, and a line feed.
  const isShown = rows.length > 3
  return markup`<div class="values"><div>${section('Wanted', lines([valueText(wanted)]))}</div><div>${section(
    'Found',
    lines([valueText(found)]),
  )}</div></div>${isShown ? section('Difference', lines(rows)) : nothing}`
}

function valueText(value: unknown): string {
  return shortened(typeof value === 'string' ? value : inspect(value, { depth: 5, breakLength: 80 }))
}

/** Returns the splats of a test; the trace is that of the first one. */
function splatPart(splats: NonNullable<Result['splats']>, trace: readonly string[], addressOf: AddressOf): Markup {
  const items = splats.map(
    ({ title, kind, fingerprint, allowed }) =>
      markup`<li><strong>${title}</strong> <span class="quiet">${kind}, fingerprint <code>${fingerprint}</code>${
        allowed === undefined ? '' : `; allowed: ${allowed}`
      }</span></li>`,
  )
  const frames = trace.map((line) => linkedLine(line, addressOf))
  return section(
    splats.length === 1 ? 'Splat' : 'Splats',
    markup`<ul class="splats">${items}</ul>${frames.length === 0 ? nothing : lines(frames)}`,
  )
}

function evidencePart({ seen = [], vmcore, console }: Diagnostic): Markup {
  return markup`${seen.length === 0 ? nothing : section('Seen in the instance', lines(seen))}${
    console.length === 0 ? nothing : section('Console', lines([shortened(console.join('\n'), longestExcerpt)]))
  }${vmcore === undefined ? nothing : section('Memory dump', command(vmcore))}`
}

function pointList(points: readonly TestPoint[]): Markup {
  const items = points.map(({ ok, name, directive, reason, points: below = [] }) => {
    const note = directive === undefined ? '' : ` (${directive}${reason === undefined ? '' : `: ${reason}`})`
    const isBad = !ok && directive === undefined
    return markup`<li${isBad ? markup` class="bad"` : ''}>${ok ? 'ok' : 'not ok'} – ${name}${note}${
      below.length === 0 ? nothing : pointList(below)
    }</li>`
  })
  return markup`<ul class="points">${items}</ul>`
}
