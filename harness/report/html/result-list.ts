// The list of all results with its filters. An item shows a line; as the target of a link it is the page of its test.
import { absentIn, isCapability } from '../../catalogue/capabilities.ts'
import { ruleDialects } from '../../uapi/dialect.ts'
import type { TestFacts } from '../events.ts'
import type { Result } from '../gather.ts'
import { verdictMark, type Entry } from './entries.ts'
import { markup, nothing, type Markup } from './markup.ts'
import { countText, durationText, verdictOrder } from './wording.ts'

/** The most characters of the list: a report of 5,000 results stays below 5 MB. */
const mostOfList = 4_700_000
/** The least of them that pages with details may have, however long the list is. */
const leastOfDetails = 700_000

/** The values by which a result can be found, by the name of their filter. */
const filters = [
  { key: 'v', label: 'Verdict', valuesOf: ({ verdict }) => [verdict] },
  { key: 'c', label: 'Change', valuesOf: ({ change }) => (change === undefined ? [] : [change]) },
  { key: 'r', label: 'Rule', valuesOf: ({ about, diagnostic }) => about?.rules ?? diagnostic?.rules ?? [] },
  { key: 'b', label: 'Bug', valuesOf: ({ about }) => about?.bugs ?? [] },
  { key: 'd', label: 'Runs in dialect', valuesOf: ({ about }) => dialectsOf(about) },
  { key: 'p', label: 'Page size', valuesOf: ({ about }) => sizesOf(about) },
] as const satisfies readonly { key: string; label: string; valuesOf: (result: Result) => readonly string[] }[]

function dialectsOf(about: TestFacts | undefined): readonly string[] {
  if (about === undefined || about.rules.length === 0) return []
  const needs = new Set(about.needs.filter(isCapability))
  return ruleDialects.filter((dialect) => !absentIn(dialect).some((name) => needs.has(name))).map(shortName)
}

/** Thousands of elements have these values: their first letter tells them apart. */
function shortName(dialect: string): string {
  return dialect.slice(0, 1)
}

function longName(letter: string): string {
  return ruleDialects.find((dialect) => shortName(dialect) === letter) ?? letter
}

function sizesOf(about: TestFacts | undefined): readonly string[] {
  if (about === undefined || about.rules.length === 0) return []
  return about.pools.length === 0 ? ['4K'] : about.pools
}

/** Returns the list with its filters; `pageOf` makes the page of a test below its head. */
export function resultList(entries: readonly Entry[], pageOf: (result: Result) => Markup): Markup {
  const reds = entries.filter(({ isRed }) => isRed)
  const items = entries.map((entry) => {
    const page = pageOf(entry.result)
    const isDetailed = entry.result.diagnostic !== undefined
    return { entry, page, line: lineOf(entry), details: isDetailed ? page.source.length : 0 }
  })
  const rest = items.reduce(
    (total, { page, line, details }) => total + line.source.length + page.source.length - details,
    0,
  )
  let left = Math.max(leastOfDetails, mostOfList - rest)
  const shown = items.map(({ entry, page, line, details }) => {
    left -= details
    const body = left >= 0 || details === 0 ? page : tooLong
    return markup`<li class="t${entry.isRed ? ' red' : ''}" id="${entry.id}"${dataOf(entry.result)}>${line}<div class="page">${neighbours(entry, reds)}${body}</div></li>\n`
  })
  return markup`${filterForm(entries)}<ol class="results" id="list">${shown}</ol>`
}

const tooLong = markup`<p>The report is too long for the details of this test; results.jsonl has them.</p>`

function dataOf(result: Result): readonly Markup[] {
  return filters.flatMap(({ key, valuesOf }) => {
    const values = valuesOf(result)
    return values.length === 0 ? [] : [markup` data-${key}="${values.join(' ')}"`]
  })
}

/** Returns the line of a result, which is the head of its page. */
function lineOf({ result, id }: Entry): Markup {
  const { verdict, name, title, message, milliseconds, change } = result
  return markup`<div class="head">${verdictMark(verdict)}<h3><a href="#${id}">${name}</a>${
    change === undefined ? nothing : markup` <i class="c">${change}</i>`
  }</h3>${title === '' ? nothing : markup`<p>${title}</p>`}${
    message === undefined ? nothing : markup`<p class="m">${message}</p>`
  }${milliseconds === 0 ? nothing : markup`<span class="s">${durationText(milliseconds)}</span>`}</div>`
}

/** Returns links to the failures before and after a failure: readers go from one to the next. */
function neighbours(entry: Entry, reds: readonly Entry[]): Markup {
  if (!entry.isRed || reds.length < 2) return nothing
  const place = reds.indexOf(entry)
  const before = reds[place - 1]
  const after = reds[place + 1]
  return markup`<p class="next">Failure ${place + 1} of ${reds.length}${
    before === undefined ? nothing : markup` · <a href="#${before.id}">previous: ${before.result.name}</a>`
  }${after === undefined ? nothing : markup` · <a href="#${after.id}">next: ${after.result.name}</a>`}</p>`
}

/** Returns the filters by which these results differ. They need the script of the page, which shows them. */
function filterForm(entries: readonly Entry[]): Markup {
  const selects = filters.flatMap(({ key, label, valuesOf }) => {
    const lists = entries.map(({ result }) => valuesOf(result))
    const found = [...new Set(lists.flat())]
    if (found.length < 2 && lists.every((list) => list.length === found.length)) return []
    const order: readonly string[] = key === 'v' ? verdictOrder : found.toSorted(byNumber)
    const options = order
      .filter((value) => found.includes(value))
      .map((value) => markup`<option value="${value}">${key === 'd' ? longName(value) : value}</option>`)
    return [markup`<label>${label} <select name="${key}"><option value="">all</option>${options}</select></label>`]
  })
  return markup`<form id="filters" hidden role="search" aria-label="Results"><label class="text">Text <input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="name, title or problem"></label>${selects}<button type="reset">Show all</button><output role="status">${countText(entries.length, 'result')}</output></form>`
}

function byNumber(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}
