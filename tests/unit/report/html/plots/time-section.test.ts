// Where the time of a run went.
import { test } from 'tap'
import { timeSection } from '../../../../../harness/report/html/plots/time-section.ts'
import { Timeline, type Span } from '../../../../../harness/report/html/plots/timeline.ts'

void test('a span ends at the time of its event; without a time there is none', (t) => {
  const timeline = new Timeline()
  const ready = { type: 'vm-ready', accelerator: 'tcg', reason: '', profile: 'plain', milliseconds: 900 } as const
  timeline.add({ ...ready, origin: 'restored', worker: 1, time: '1970-01-01T00:00:02.000Z' })
  timeline.add({ ...ready, origin: 'booted' })
  timeline.add({ ...ready, origin: 'booted', time: 'yesterday' })
  t.strictSame(timeline.spans, [{ worker: 1, begin: 1100, end: 2000, kind: 'restore' }])
  t.end()
})

void test('the table has the sums of each worker', (t) => {
  const spans: readonly Span[] = [
    { worker: 1, kind: 'test', begin: 4000, end: 9000, verdict: 'FAIL' },
    { worker: 0, kind: 'boot', begin: 0, end: 3000 },
    { worker: 0, kind: 'test', begin: 3500, end: 5000, verdict: 'PASS' },
    { worker: 1, kind: 'restore', begin: 3000, end: 3900 },
  ]
  const { source } = timeSection(spans, [])
  t.match(source, '<th scope="row">1<td>1<td>3.0 s<td>0<td>–<td>1<td>1.5 s<td>500 ms')
  t.match(source, '<th scope="row">2<td>0<td>–<td>1<td>900 ms<td>1<td>5.0 s<td>100 ms')
  t.match(source, /<svg[^>]*aria-label="Timeline of 2 workers over 9\.0 s/)
  t.notMatch(source, /<svg.*(?:<style|style=)/, 'the policy of the page refuses styles')
  t.match(timeSection([], []).source, 'no times of instances')
  t.end()
})

void test('thousands of short tests are few bars', (t) => {
  const spans = Array.from({ length: 20_000 }, (_, index): Span => {
    return { worker: 0, kind: 'test', begin: index * 100, end: index * 100 + 90, verdict: 'PASS' }
  })
  const bars = timeSection(spans, []).source.match(/<rect/g)?.length ?? 0
  t.ok(bars > 0 && bars < 2000, String(bars))
  t.end()
})
