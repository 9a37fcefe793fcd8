// The plots of earlier runs.
import { test } from 'tap'
import type { Result } from '../../../../../harness/report/gather.ts'
import { entriesOf } from '../../../../../harness/report/html/entries.ts'
import { historySection, usualTime } from '../../../../../harness/report/html/plots/history-section.ts'
import type { RunHistory } from '../../../../../harness/report/html/plots/run-history.ts'

function passed(name: string, milliseconds: number): Result {
  return { suite: 'scenarios', name, title: '', verdict: 'PASS', milliseconds }
}

const entries = entriesOf([passed('same', 1000), passed('slow', 3000), passed('new', 10)])
const history: RunHistory = {
  runs: 3,
  durations: new Map([
    ['same', [900, 1000, 1100]],
    ['slow', [1000, 1200]],
  ]),
  nights: [
    { day: '2026-11-28', runs: 1, rate: 0.01, low: 0.005, high: 0.03 },
    { day: '2026-11-29', runs: 2, rate: 0.02, low: 0.01, high: 0.04 },
  ],
  latencies: [{ kernel: 'gmem-convert', runs: 3, operation: '4K', median: 40, high: 90 }],
}

void test('without a history, a sentence takes the place of the plots', (t) => {
  t.match(historySection(entries, undefined).source, /^<p>This report was made without a history/)
  const empty = { runs: 0, durations: new Map<string, number[]>(), nights: [], latencies: [] }
  t.match(historySection(entries, empty).source, /^<p>The history has no earlier run/)
  t.end()
})

void test('there is a plot of durations, of nights, and of latencies', (t) => {
  const { source } = historySection(entries, history)
  t.equal(source.match(/<svg/g)?.length, 3)
  t.match(source, 'aria-label="2 tests compared with the last 3 runs, 1 of them took longer than usual."')
  t.match(source, '>Duration of each test against the last 3 runs; ×')
  t.match(source, '<td>3.0 s<td>1.1 s<td>× 2.7<td><a href="#t-slow">slow</a>')
  t.match(source, 'aria-label="3 runs in 2 nights; the last rate is 2.0 percent."')
  t.match(source, 'Latency of conversions by kernel')
  t.notMatch(source, /<svg.*(?:<style|style=)/)
  t.end()
})

void test('nights without a flaky result are a sentence', (t) => {
  const quiet = { ...history, nights: history.nights.map((night) => ({ ...night, rate: 0 })), latencies: [] }
  const { source } = historySection(entries, quiet)
  t.match(source, '<p>No result of 3 runs in 2 nights came and went.</p>')
  t.equal(source.match(/<svg/g)?.length, 1)
  t.end()
})

void test('a test has a usual time when it ran before', (t) => {
  t.equal(usualTime('slow', history), '1.1 s, the median of the last 2 runs')
  t.equal(usualTime('new', history), undefined)
  t.equal(usualTime('slow', undefined), undefined)
  t.end()
})
