// One test on two kernels: which of the two is worse?
import { test } from 'tap'
import { compareTest, type Results } from '../../../../harness/campaigns/diff/compare-test.ts'
import type { TestFinished } from '../../../../harness/report/events.ts'
import { ended, failed } from '../../history/fixtures/nights.ts'

const names = { first: 'good', second: 'mine' }
const passes = ended('a', 'PASS')
const skips = ended('a', 'SKIP', { reason: 'no hugetlb' })
const fails = failed('a', 'wanted 1, found 2')
const splat = { splats: [{ fingerprint: 'f', kind: 'warning', title: 'WARNING' }] }

function differs(before: TestFinished, now: TestFinished): unknown {
  const { change, because } = compareTest([before], [now], names) ?? {}
  return change === undefined ? undefined : `${change}: ${because}`
}

void test('a test that ran once is compared by its verdicts, messages and splats', (t) => {
  t.equal(differs(passes, passes), undefined)
  t.equal(differs(fails, failed('a', 'wanted 3, found 4')), undefined, 'numbers make no other failure')
  t.equal(differs(passes, fails), 'new: it passes on good and fails on mine')
  t.equal(differs(fails, passes), 'fixed: it fails on good: wanted 1, found 2')
  t.equal(differs(fails, failed('a', 'hung')), 'new: it fails in another way on good: wanted 1, found 2')
  t.equal(
    differs(fails, failed('a', 'wanted 1, found 2', splat)),
    'new: it fails in another way on good: wanted 1, found 2',
  )
  t.end()
})

void test('a skip of what ran is worse, and a run of what was skipped tells', (t) => {
  t.equal(differs(skips, skips), undefined)
  t.equal(differs(passes, skips), 'new: it passed on good and is skipped on mine')
  t.equal(differs(fails, skips), 'new: it failed on good and is skipped on mine')
  t.equal(differs(skips, passes), 'fixed: it is skipped on good (no hugetlb) and passes on mine')
  t.equal(differs(skips, fails), 'new: it is skipped on good (no hugetlb) and fails on mine')
  t.end()
})

function often(failures: number, runs: number, failure: TestFinished = fails): Results {
  const all = Array.from({ length: runs }, (_, index) => (index < failures ? failure : passes))
  const [first = passes, ...others] = all
  return [first, ...others]
}

function rates(before: Results, now: Results): unknown {
  const found = compareTest(before, now, names)
  return found === undefined ? undefined : [found.change, found.shown.verdict, found.because]
}

/** The sentence about both rates. */
function of(now: number, before: number): string {
  return `it failed in ${now} of 10 runs on mine, and in ${before} of 10 on good: `
}

void test('a test that ran often is compared by its rates, and chance is called so', (t) => {
  t.equal(rates(often(0, 10), often(0, 20)), undefined)
  t.equal(rates(often(5, 10), often(5, 10)), undefined)
  t.strictSame(rates(often(0, 10), often(8, 10)), ['new', 'FAIL', `${of(8, 0)}the difference is real, p = 0.00071`])
  t.strictSame(rates(often(8, 10), often(0, 10)), ['fixed', 'PASS', `${of(0, 8)}the difference is real, p = 0.00071`])
  t.strictSame(rates(often(9, 10), often(2, 10)), ['fixed', 'PASS', `${of(2, 9)}the difference is real, p = 0.0055`])
  t.strictSame(rates(often(0, 10), often(1, 10)), ['flaky', 'FAIL', `${of(1, 0)}that may be chance, p = 1.0`])
  t.strictSame(rates(often(0, 1), often(1, 2)), [
    'flaky',
    'FAIL',
    'it failed in 1 of 2 runs on mine, and in 0 of 1 on good: that may be chance, p = 1.0',
  ])
  t.end()
})

void test('another failure may hide behind one of the same rate', (t) => {
  t.match(rates(often(10, 10), often(10, 10, failed('a', 'hung'))), [
    'new',
    'FAIL',
    /; 10 of 10 failed in a way that good does not have: p < 0\.0001$/,
  ])
  t.match(
    rates(often(10, 10), often(5, 10, failed('a', 'hung'))),
    ['new', 'FAIL', /; 5 of 5 failed in a way that good does not have: p = 0\.033$/],
    'fewer failures, and all of another kind',
  )
  t.match(rates(often(10, 10), [failed('a', 'hung'), ...often(9, 9)]), [
    'flaky',
    'FAIL',
    /that may be chance, p = 1\.0$/,
  ])
  t.end()
})
