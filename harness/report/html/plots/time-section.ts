// Where the time of a run went: the timeline of its workers, a table of it, and the longest tests.
import { axisX, axisY, barX, ruleX } from '@observablehq/plot'
import { elapsed } from '../../terminal/status-line.ts'
import { linkTo, verdictMark, type Entry } from '../entries.ts'
import { markup, nothing, type Markup } from '../markup.ts'
import { drawn } from './plot.ts'
import type { Span } from './timeline.ts'
import { durationText } from '../wording.ts'

/** The most tests in the table of the longest ones. */
const mostLongest = 10
/** Spans that are shorter than this part of the run are drawn as one with their neighbours. */
const least = 1 / 1500

/** The kinds of bars: a colour, and a height by which they differ without it. */
const kinds = [
  { key: 'boot', label: 'boot', colour: 'var(--boot)', inset: 0, has: ({ kind }) => kind === 'boot' },
  { key: 'restore', label: 'restore', colour: 'var(--restore)', inset: 8, has: ({ kind }) => kind === 'restore' },
  { key: 'good', label: 'test', colour: 'var(--test)', inset: 3, has: (span) => span.kind === 'test' && !isBad(span) },
  { key: 'bad', label: 'test that failed', colour: 'var(--fail)', inset: 0, has: isBad },
] as const satisfies readonly { has: (span: Span) => boolean; [key: string]: unknown }[]

function isBad({ kind, verdict }: Span): boolean {
  return kind === 'test' && verdict !== 'PASS' && verdict !== 'SKIP'
}

/** Returns the timeline, and the tables. */
export function timeSection(spans: readonly Span[], entries: readonly Entry[]): Markup {
  const [first] = spans
  const shown =
    first === undefined
      ? markup`<p>These results have no times of instances and tests.</p>`
      : markup`${timelinePlot(spans)}${legend(spans)}${workerTable(spans)}`
  return markup`${shown}${longest(entries)}`
}

function timelinePlot(spans: readonly Span[]): Markup {
  const start = Math.min(...extremes(spans.map(({ begin }) => begin)))
  const end = Math.max(...extremes(spans.map(({ end: at }) => at)))
  const workers = [...new Set(spans.map(({ worker }) => worker))].toSorted((a, b) => a - b)
  const seconds = (at: number): number => (at - start) / 1000
  const bars = kinds.map(({ has, colour, inset }) =>
    barX(merged(spans.filter(has), (end - start) * least), {
      x1: ({ begin }: Span) => seconds(begin),
      x2: ({ end: at }: Span) => seconds(at),
      y: ({ worker }: Span) => `worker ${worker + 1}`,
      fill: colour,
      insetTop: inset,
      insetBottom: inset,
      insetRight: 0.4,
    }),
  )
  const text = `Timeline of ${workers.length} workers over ${durationText(end - start)}; the table below has its sums.`
  const marks = [
    axisX({ tickFormat: (at: number) => elapsed(at * 1000), label: 'time since the first boot, in minutes' }),
    axisY({ label: null, tickSize: 0 }),
    ...bars,
    ruleX([0]),
  ]
  return drawn('Boots, restores and tests of each worker', text, marks, {
    height: 60 + workers.length * 34,
    marginLeft: 76,
    x: { domain: [0, seconds(end)] },
    y: { domain: workers.map((worker) => `worker ${worker + 1}`), padding: 0.25 },
  })
}

/** Returns the least and the greatest number; spreading all of them into a call could exhaust the stack. */
function extremes(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )
}

/** Joins short spans of a worker that follow each other, so that a long run does not draw thousands of lines. */
function merged(spans: readonly Span[], short: number): Span[] {
  const joined: Span[] = []
  const last = new Map<number, number>()
  for (const span of spans.toSorted((a, b) => a.begin - b.begin)) {
    const place = last.get(span.worker)
    const before = place === undefined ? undefined : joined[place]
    const isShort = span.end - span.begin < short && before !== undefined && span.begin - before.end < short
    if (isShort && place !== undefined) {
      joined[place] = { ...before, end: Math.max(before.end, span.end) }
    } else {
      last.set(span.worker, joined.length)
      joined.push(span)
    }
  }
  return joined
}

function legend(spans: readonly Span[]): Markup {
  const shown = kinds.filter(({ has }) => spans.some(has))
  return markup`<ul class="legend">${shown.map(({ key, label }) => markup`<li class="${key}">${label}</li>`)}</ul>`
}

function workerTable(spans: readonly Span[]): Markup {
  const workers = [...Map.groupBy(spans, ({ worker }) => worker)].toSorted(([a], [b]) => a - b)
  const rows = workers.map(([worker, own]) => {
    const cells = (['boot', 'restore', 'test'] as const).map((kind) => {
      const some = own.filter((span) => span.kind === kind)
      return markup`<td>${some.length}<td>${some.length === 0 ? '–' : durationText(sum(some))}`
    })
    const [begin, end] = [extremes(own.map((span) => span.begin))[0], extremes(own.map((span) => span.end))[1]]
    return markup`<tr><th scope="row">${worker + 1}${cells}<td>${durationText(Math.max(0, end - begin - sum(own)))}`
  })
  return markup`<div class="wide" tabindex="0" role="region" aria-label="Sums of each worker"><table class="numbers"><thead><tr><th scope="col">Worker<th scope="col">Boots<th scope="col">Boot time<th scope="col">Restores<th scope="col">Restore time<th scope="col">Tests<th scope="col">Test time<th scope="col">Other time<tbody>${rows}</table></div>`
}

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, { begin, end }) => total + end - begin, 0)
}

function longest(entries: readonly Entry[]): Markup {
  const timed = entries.filter(({ result }) => result.milliseconds > 0)
  const shown = timed.toSorted((a, b) => b.result.milliseconds - a.result.milliseconds).slice(0, mostLongest)
  if (shown.length === 0) return nothing
  const rows = shown.map(
    (entry) =>
      markup`<tr><td>${durationText(entry.result.milliseconds)}<td>${linkTo(entry)}<td>${verdictMark(entry.result.verdict)}`,
  )
  return markup`<h3>The longest tests</h3><table class="longest"><thead><tr><th scope="col">Time<th scope="col">Test<th scope="col">Verdict<tbody>${rows}</table>`
}
