// The plot of conversions by kernel.
import { test } from 'tap'
import type { Result } from '../../../../../harness/report/gather.ts'
import { entriesOf } from '../../../../../harness/report/html/entries.ts'
import { latencyPlot } from '../../../../../harness/report/html/plots/latency-plot.ts'

const conversions = [{ operation: '4K', count: 3, median: 50_000, high: 70_000 }]
const common = { suite: 'scenarios', title: '', milliseconds: 1, conversions }
const results: readonly Result[] = [
  { ...common, name: 'a', verdict: 'PASS' },
  { ...common, name: 'b', verdict: 'FAIL', conversions: [{ operation: '4K', count: 9, median: 9e9, high: 9e9 }] },
]

void test('this run is above the kernels of earlier runs; a test that failed does not count', (t) => {
  const { source } = latencyPlot(entriesOf(results), [
    { kernel: 'gmem-convert', runs: 2, operation: '4K', median: 40, high: 90 },
    { kernel: 'gmem-convert', runs: 2, operation: 'split 2M', median: 1234, high: 2_500_000 },
  ])
  t.match(source, 'this run: 4K, 50 µs and 70 µs; gmem-convert, 2 runs: 4K, 40 µs and 90 µs')
  t.match(source, 'split 2M, 1.2 ms and 2.5 s')
  t.match(source, '>300 ms<', 'the axis has labels with units')
  t.end()
})

void test('the number of a release is a name, and is not rounded', (t) => {
  const { source } = latencyPlot(entriesOf(results), [
    { kernel: 'stock-6.12', runs: 2, operation: '4K', median: 40, high: 90 },
  ])
  t.match(source, 'stock-6.12, 2 runs: 4K')
  t.match(source, '>stock-6.12, 2 runs<')
  t.notMatch(source, / (?:x|y|d|cx|x1|transform)="[^"]*\d\.\d{2}/, 'coordinates are')
  t.end()
})

void test('without earlier conversions there is no plot', (t) => {
  t.equal(latencyPlot(entriesOf(results), []).source, '')
  t.end()
})
