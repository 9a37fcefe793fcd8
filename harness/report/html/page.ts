// The whole report as one HTML file: its style and its script are in it, and its policy lets it request nothing.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Gathered } from '../gather.ts'
import { attention } from './attention.ts'
import { bugTable, ruleTable } from './catalogue-tables.ts'
import { entriesOf } from './entries.ts'
import { historySection, usualTime } from './plots/history-section.ts'
import { kernelSection } from './kernel-section.ts'
import { Markup, markup } from './markup.ts'
import type { Reproducer } from './reproducers.ts'
import { resultList } from './result-list.ts'
import type { RunHistory } from './plots/run-history.ts'
import { sourceOf } from './source-links.ts'
import { summary } from './summary-head.ts'
import { testPage } from './test-page.ts'
import { timeSection } from './plots/time-section.ts'
import type { Span } from './plots/timeline.ts'

function fileBeside(name: string): string {
  return readFileSync(path.join(import.meta.dirname, name), 'utf8')
}

const style = fileBeside('page.css')
const script = fileBeside('page.js')

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** Allows no request, and no style or script but those of this file: a text of a guest can contain anything. */
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** What the page has beside the results. */
interface Sources {
  readonly spans: readonly Span[]
  /** The earlier runs, if they are known. */
  readonly history: RunHistory | undefined
  /** By the names of failed tests. */
  readonly reproducers: ReadonlyMap<string, Reproducer>
}

/** Returns the page of a run. */
export function pageOf(run: Gathered, { spans, history, reproducers }: Sources): string {
  const entries = entriesOf(run.results)
  const { suite, kernel, dialect, ready } = run
  const addressOf = sourceOf(ready?.build, ready?.release ?? '')
  const rulesOf = suite === 'mutants' ? undefined : ruleTable(entries, dialect)
  const sections: readonly (readonly [id: string, heading: string, content: Markup] | undefined)[] = [
    ['attention', 'What to look at', attention(entries)],
    [
      'results',
      'All results',
      resultList(entries, (result) =>
        testPage(result, {
          addressOf,
          usual: usualTime(result.name, history),
          reproducer: reproducers.get(result.name),
        }),
      ),
    ],
    rulesOf && ['rules', 'Rules', rulesOf],
    ['bugs', 'Known bugs', bugTable(entries, dialect)],
    ['time', 'Where the time went', timeSection(spans, entries)],
    ['history', 'Against earlier runs', historySection(entries, history)],
    ['kernel', 'Kernel', kernelSection(run)],
  ]
  const shown = sections.filter((section) => section !== undefined)
  const links = shown.map(([id, heading]) => markup`<li><a href="#${id}">${heading}</a></li>`)
  const bodies = shown.map(
    ([id, heading, content]) =>
      markup`<section id="${id}" aria-labelledby="h-${id}"><h2 id="h-${id}">${heading}</h2>${content}</section>`,
  )
  return markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${suite} on ${kernel} – gmemtest</title>
<style>${new Markup(style)}</style>
<script>${new Markup(script)}</script>
<body>
<a class="skip" href="#attention">Skip to what to look at</a>
<p class="back"><a href="#results">← All results</a></p>
<header>${summary(run, entries)}<nav aria-label="Sections"><ul>${links}</ul></nav></header>
<main>${bodies}</main>
<footer><p>Made by gmemtest from results.jsonl. The page needs no network, and all of it but filters and buttons works without scripts.</p></footer>
</html>
`.source
}
