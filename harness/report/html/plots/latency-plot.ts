// The latency of conversions by kernel, in the rows of the plots against earlier runs.
import { axisX, axisY, dot, gridX, ruleY, tickX } from '@observablehq/plot'
import { latenciesOf } from './conversion-latency.ts'
import type { Entry } from '../entries.ts'
import { nothing, type Markup } from '../markup.ts'
import { drawn, ticksBetween } from './plot.ts'
import type { KernelLatency } from './run-history.ts'
import { countText } from '../wording.ts'

const ownLabel = 'this run'

/** A row of the plot of latencies. */
type Row = Omit<KernelLatency, 'kernel' | 'runs'> & { readonly label: string }

/** Draws the conversions of this run above those of earlier ones on each kernel; nothing without earlier ones. */
export function latencyPlot(entries: readonly Entry[], earlier: readonly KernelLatency[]): Markup {
  if (earlier.length === 0) return nothing
  const own = entries.flatMap(({ result }) => (result.verdict === 'PASS' ? (result.conversions ?? []) : []))
  const rows: readonly Row[] = [
    ...latenciesOf(own).map((latency) => ({ ...latency, label: ownLabel })),
    ...earlier.map(({ kernel, runs, ...latency }) => ({ ...latency, label: `${kernel}, ${countText(runs, 'run')}` })),
  ]
  const labels = [...new Set(rows.map(({ label }) => label))]
  const operations = new Set(rows.map(({ operation }) => operation))
  const text = rows
    .map(
      ({ label, operation, median, high }) => `${label}: ${operation}, ${latencyText(median)} and ${latencyText(high)}`,
    )
    .join('; ')
  const channels = { y: 'label', fy: 'operation' } as const
  const colour = ({ label }: Row): string => (label === ownLabel ? 'var(--link)' : 'var(--test)')
  const domain = [
    Math.min(...rows.map((row) => row.median)) * 0.8,
    Math.max(...rows.map((row) => row.high)) * 1.2,
  ] as const
  const ticks = ticksBetween(...domain, [1, 3])
  const marks = [
    gridX({ ticks }),
    axisX(ticks, { label: 'latency', text: latencyText }),
    axisY({ label: null, tickSize: 0 }),
    ruleY(rows, { ...channels, x1: 'median', x2: 'high', stroke: 'var(--quiet)' }),
    dot(rows, { ...channels, x: 'median', r: 4, fill: colour }),
    tickX(rows, { ...channels, x: 'high', stroke: colour, strokeWidth: 2 }),
  ]
  return drawn('Latency of conversions by kernel: ● median, | 99th percentile', text, marks, {
    height: 60 + operations.size * (24 + labels.length * 22),
    marginTop: 10,
    marginLeft: 200,
    marginRight: 70,
    // A split takes many times as long as the conversion of a page.
    x: { type: 'log', domain },
    y: { domain: labels },
    fy: { label: null },
  })
}

/** Returns a latency with its unit: `40 µs`, `1.2 ms`. */
function latencyText(microseconds: number): string {
  const [scale, unit] = microseconds < 1e3 ? [1, 'µs'] : microseconds < 1e6 ? [1e3, 'ms'] : [1e6, 's']
  return `${Number((microseconds / scale).toPrecision(2))} ${unit}`
}
