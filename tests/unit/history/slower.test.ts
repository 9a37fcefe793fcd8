// Conversions that are slower than ever, and those that only look so.
import { test } from 'tap'
import { SlownessWatch, type PastTime } from '../../../harness/history/slower.ts'

/** Twelve nights with noise of a few percent, in nanoseconds. */
const nights = [100, 103, 98, 101, 97, 104, 102, 99, 100, 105, 96, 101].map((value) => value * 1000)
const names = Array.from({ length: 20 }, (_, index) => `t${index}`)
const pastOf = (test: string, medians: readonly number[]): PastTime[] =>
  medians.map((median, night) => ({ run: String(night), test, operation: '4K', median }))
const others = names.slice(0, -1).flatMap((name) => pastOf(name, nights))
const usual = [...others, ...pastOf('t19', nights)]

/** Watches a run whose conversions take `base` times their usual time, and those of the last test `last` times. */
function watch(base: number, last: number, { of = usual, count = 9, first = 19 } = {}): string | undefined {
  const watching = new SlownessWatch(of)
  const time = (factor: number) => [{ operation: '4K', count, median: 100_000 * factor, high: 0 }]
  for (const name of names.slice(0, first)) watching.slower(name, time(base))
  watching.slower('t19', time(last))
  return watching.slower('t19', time(last))
}

void test('a conversion that is slower than ever, and far beyond the noise, is told', (t) => {
  t.match(
    watch(1, 2),
    /^conversions are slower: 4K took 200 µs, and in 12 runs 100 to 100 µs, without the pace of each run$/,
  )
  t.equal(watch(1, 1.05), undefined)
  t.equal(watch(1, 1.4), undefined, 'sure, but small')
  t.equal(watch(1, 0.5), undefined)
  t.end()
})

void test('a computer that is busy slows all conversions, and that is no news', (t) => {
  t.equal(watch(3, 3), undefined)
  t.type(watch(3, 6), 'string')
  t.equal(watch(0.5, 1.4), undefined, 'a fast computer makes no usual conversion slow')
  t.end()
})

void test('nights on which the computer was slow do not hide a slow kernel', (t) => {
  const paces = [1, 4, 1, 3, 1, 1, 5, 1, 1, 2, 1, 1]
  const of = names.flatMap((name) =>
    pastOf(
      name,
      nights.map((time, night) => time * (paces[night] ?? 1)),
    ),
  )
  t.type(watch(1, 2, { of }), 'string')
  t.equal(watch(4, 4, { of }), undefined)
  t.end()
})

void test('noise, few runs, few conversions and few others prove nothing', (t) => {
  const wild = [20, 300, 40, 150, 60, 90, 30, 200, 110, 70].map((each) => each * 1000)
  t.equal(watch(1, 4, { of: [...others, ...pastOf('t19', wild)] }), undefined)
  t.equal(watch(1, 9, { of: [...others, ...pastOf('t19', nights.slice(0, 9))] }), undefined)
  t.equal(watch(1, 9, { count: 2 }), undefined)
  t.equal(watch(1, 9, { first: 9 }), undefined)
  t.equal(watch(1, 9, { of: [] }), undefined)
  t.end()
})
