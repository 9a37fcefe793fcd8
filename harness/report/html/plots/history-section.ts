// The run against earlier ones: durations, the rate of flaky results by night, and the latency of conversions by kernel.
import { axisX, axisY, dot, gridX, gridY, line, ruleX, ruleY } from '@observablehq/plot'
import { linkTo, type Entry } from '../entries.ts'
import { latencyPlot } from './latency-plot.ts'
import { markup, nothing, type Markup } from '../markup.ts'
import { drawn, ticksBetween } from './plot.ts'
import type { Night, RunHistory } from './run-history.ts'
import { countText, durationText } from '../wording.ts'

/** The most tests in the table of those that took longer than usual. */
const mostSlow = 10
/** A test took longer than usual when its time is this many times the median. */
const slowFactor = 1.5
/** Shorter tests differ for reasons of this computer. */
const leastMilliseconds = 200

/** Returns the middle of the durations; undefined without one. */
function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const high = sorted[Math.floor(sorted.length / 2)]
  const low = sorted[Math.ceil(sorted.length / 2) - 1]
  return high === undefined || low === undefined ? undefined : (low + high) / 2
}

/** Returns a sentence about the usual duration of a test; undefined when the history has none. */
export function usualTime(name: string, history: RunHistory | undefined): string | undefined {
  const earlier = history?.durations.get(name) ?? []
  const median = medianOf(earlier)
  return median === undefined
    ? undefined
    : `${durationText(median)}, the median of the last ${countText(earlier.length, 'run')}`
}

/** Returns the plots of the history; a sentence without it. */
export function historySection(entries: readonly Entry[], history: RunHistory | undefined): Markup {
  if (history === undefined) {
    return markup`<p>This report was made without a history of earlier runs, so it has no plots of them.</p>`
  }
  const parts = [durationPart(entries, history), nightPart(history.nights), latencyPlot(entries, history.latencies)]
  const isEmpty = parts.every(({ source }) => source === '')
  return isEmpty ? markup`<p>The history has no earlier run of this suite on this kernel.</p>` : markup`${parts}`
}

interface Compared {
  readonly entry: Entry
  readonly now: number
  readonly usual: number
}

function durationPart(entries: readonly Entry[], { durations, runs }: RunHistory): Markup {
  const compared = entries.flatMap((entry): Compared[] => {
    const { name, verdict, milliseconds } = entry.result
    const usual = medianOf(durations.get(name) ?? [])
    const isComparable = verdict === 'PASS' && milliseconds > 0 && usual !== undefined && usual > 0
    return isComparable ? [{ entry, now: milliseconds / 1000, usual: usual / 1000 }] : []
  })
  if (compared.length === 0) return nothing
  const slow = compared
    .filter(({ now, usual }) => now > usual * slowFactor && now * 1000 > leastMilliseconds)
    .toSorted((a, b) => b.now - b.usual - (a.now - a.usual))
  const least = Math.min(...compared.slice(0, 5000).flatMap(({ now, usual }) => [now, usual]))
  const most = Math.max(...compared.slice(0, 5000).flatMap(({ now, usual }) => [now, usual]))
  const same = [least, most].map((value) => ({ now: value, usual: value }))
  const isSlow = new Set(slow)
  const domain = [least * 0.9, most * 1.1] as const
  const ticks = ticksBetween(...domain, [1, 2, 5])
  const marks = [
    gridX({ ticks }),
    gridY({ ticks }),
    axisX(ticks, { label: 'median of the last runs, seconds', text: secondsText }),
    axisY(ticks, { label: 'this run, seconds', text: secondsText }),
    line(same, { x: 'usual', y: 'now', stroke: 'var(--quiet)', strokeDasharray: '4 3' }),
    dot(
      compared.filter((each) => !isSlow.has(each)),
      { x: 'usual', y: 'now', r: 2.5, fill: 'var(--test)', fillOpacity: 0.7 },
    ),
    dot(slow, { x: 'usual', y: 'now', r: 4, symbol: 'times', stroke: 'var(--fail)' }),
  ]
  const caption = `Duration of each test against the last ${countText(runs, 'run')}; × took ${slowFactor} times as long or longer`
  const text = `${countText(compared.length, 'test')} compared with the last ${countText(runs, 'run')}, ${slow.length} of them took longer than usual.`
  const scale = { type: 'log', domain } as const
  const rows = slow
    .slice(0, mostSlow)
    .map(
      ({ entry, now, usual }) =>
        markup`<tr><td>${durationText(now * 1000)}<td>${durationText(usual * 1000)}<td>× ${(now / usual).toFixed(1)}<td>${linkTo(entry)}`,
    )
  return markup`${drawn(caption, text, marks, { height: 380, marginLeft: 60, x: scale, y: scale })}${
    rows.length === 0
      ? markup`<p>No test took ${slowFactor} times as long as usual.</p>`
      : markup`<table class="longest"><thead><tr><th scope="col">This run<th scope="col">Median<th scope="col">Factor<th scope="col">Test<tbody>${rows}</table>`
  }`
}

/** Returns a number of seconds without the noise of binary fractions. */
function secondsText(value: number): string {
  return String(Number(value.toPrecision(1)))
}

function percent(share: number): number {
  return share * 100
}

function nightPart(nights: readonly Night[]): Markup {
  if (nights.length === 0) return nothing
  const dated = nights.map(({ day, rate, low, high }) => ({
    day: new Date(day),
    rate: percent(rate),
    low: percent(low),
    high: percent(high),
  }))
  const last = dated.at(-1)
  const from = `${countText(
    nights.reduce((sum, { runs }) => sum + runs, 0),
    'run',
  )} in ${countText(nights.length, 'night')}`
  if (nights.every(({ rate }) => rate === 0)) return markup`<p>No result of ${from} came and went.</p>`
  const text = `${from}; the last rate is ${last?.rate.toFixed(1) ?? ''} percent.`
  const marks = [
    axisX({ label: null }),
    axisY({ label: 'flaky results, percent' }),
    ruleY([0]),
    ruleX(dated, { x: 'day', y1: 'low', y2: 'high', stroke: 'var(--quiet)' }),
    line(dated, { x: 'day', y: 'rate', stroke: 'var(--test)' }),
    dot(dated, { x: 'day', y: 'rate', r: 3, fill: 'var(--test)' }),
  ]
  return drawn(`Rate of flaky results by night, with its interval; ${from}`, text, marks, {
    height: 240,
    marginLeft: 60,
    x: { type: 'utc' },
    y: { grid: true, nice: true, zero: true },
  })
}
