// The rates of tests that ran several times.
import { test } from 'tap'
import { rateLines, repeatRates } from '../../../../harness/report/meaning/repeat-rates.ts'
import type { Verdict } from '../../../../harness/report/events.ts'

function runs(repeats: string, counts: Partial<Record<Verdict, number>>): { repeats: string; verdict: Verdict }[] {
  const verdicts = (['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP'] as const).flatMap((verdict) =>
    Array.from({ length: counts[verdict] ?? 0 }, () => verdict),
  )
  return verdicts.map((verdict) => ({ repeats, verdict }))
}

void test('a rate is of the runs that came to their end, the worst first', (t) => {
  const results = [...runs('good', { PASS: 20 }), ...runs('bad', { PASS: 17, FAIL: 2, ERROR: 1, MISS: 5, SKIP: 1 })]
  t.strictSame(repeatRates(results), [
    { name: 'bad', failures: 3, runs: 20 },
    { name: 'good', failures: 0, runs: 20 },
  ])
  t.strictSame(repeatRates([{ verdict: 'FAIL' }, ...runs('skipped', { SKIP: 3 })]), [], 'a test that ran once has none')
  t.end()
})

void test('each test that failed has a line, the others share one', (t) => {
  const names = ['b', 'c', 'd', 'e', 'f', 'g']
  const failed = runs('a', { PASS: 17, FAIL: 3 })
  const lines = (passed: readonly string[]): string[] =>
    rateLines(repeatRates([...failed, ...passed.flatMap((name) => runs(name, { PASS: 20 }))]))
  const first = 'a failed in 3 of 20 runs: 5 to 36 %'
  t.strictSame(lines([]), [first])
  t.strictSame(lines(['b']), [first, 'b failed in 0 of 20 runs: 0 to 16 %'])
  t.strictSame(lines(['b', 'c']), [first, 'each of b, c failed in 0 of 20 runs: 0 to 16 %'])
  t.strictSame(lines(names), [first, 'each of 6 tests failed in 0 of 20 runs: 0 to 16 %'])
  t.strictSame(rateLines([{ name: 'a', failures: 1, runs: 1 }]), ['a failed in 1 of 1 run: 21 to 100 %'])
  t.end()
})
