import { test } from 'tap'
import { countsFor, demand } from '../../../../harness/campaigns/bisect/run-counts.ts'
import type { Step } from '../../../../harness/campaigns/bisect/tried-kernel.ts'

const ends = { good: 0, bad: 16 }
const badEnd = (count: number, total: number): Step[] => [
  { applied: 16, mark: count === 0 ? 'good' : 'bad', message: 'x', failures: { count, total } },
]

void test('a number of the user holds for each kernel', (t) => {
  t.strictSame(countsFor(16, 20, ends, []), { most: 20, enough: 1 })
  t.strictSame(countsFor(8, 20, ends, badEnd(1, 20)), { most: 20, enough: 1 })
  t.end()
})

void test('the bad end is measured, and the others run as often as its rate demands', (t) => {
  t.strictSame(countsFor(16, 'auto', ends, []), { most: 100, enough: 3 })
  t.strictSame(countsFor(8, 'auto', ends, badEnd(3, 3)), { most: 8, enough: 1 })
  t.strictSame(countsFor(8, 'auto', ends, badEnd(3, 6)), { most: 23, enough: 1 })
  t.strictSame(countsFor(8, 'auto', ends, badEnd(1, 100)), { most: 1000, enough: 1 }, 'the limit')
  t.end()
})

void test('fewer kernels share the risk when the ends are near', (t) => {
  t.strictSame(countsFor(15, 'auto', { good: 15, bad: 16 }, badEnd(3, 3)), { most: 6, enough: 1 })
  t.end()
})

void test('a kernel after a bad end without failures is measured as well: the ends may be swapped', (t) => {
  t.strictSame(countsFor(0, 'auto', ends, badEnd(0, 100)), { most: 100, enough: 3 })
  const untested: Step[] = [{ applied: 16, mark: 'bad', message: 'a result of --exec' }]
  t.strictSame(countsFor(8, 'auto', ends, untested), { most: 100, enough: 3 })
  t.end()
})

void test('the confidence is told, also where the limit of runs lowers it', (t) => {
  t.equal(
    demand(ends, badEnd(3, 6)),
    'it failed in 3 of 6 runs (19 to 81 %): with 23 runs of each other kernel, the result has 95 % confidence',
  )
  t.match(demand(ends, badEnd(1, 100)), /with 1000 runs of each other kernel, the result has 1\d % confidence/)
  t.equal(demand(ends, badEnd(0, 100)), undefined)
  t.end()
})
