// How often a reproducer fails: when the runs end, and what two rates say.
import { test } from 'tap'
import { measureRates, ratesOf, type Measured, type RunEnd } from '../../../../harness/campaigns/repro/measure-rates.ts'

const failed: RunEnd = { kind: 'failed', message: 'wanted 1, found 2' }
const passed: RunEnd = { kind: 'passed', message: 'PASS' }
const lacking: RunEnd = { kind: 'lacking', message: 'no hugetlb' }
const trouble: RunEnd = { kind: 'trouble', message: 'QEMU was killed' }

/** Measures with runs that end as the functions say, by the number of the run. */
async function measured(
  ends: Readonly<Record<string, (run: number) => RunEnd>>,
  most: number,
  within: number = 20,
): Promise<{ readonly found: readonly Measured[]; readonly order: string }> {
  const names = Object.keys(ends)
  const counts = names.map(() => 0)
  let order = ''
  const found = names.map((kernel) => ({ kernel, runs: [] as RunEnd[] }))
  await measureRates(found, {
    most,
    within,
    runOnce: async (index) => {
      order += names[index]
      const run = (counts[index] ?? 0) + 1
      counts[index] = run
      return ends[names[index] ?? '']?.(run) ?? trouble
    },
  })
  return { found, order }
}

void test('the runs end when the interval is narrow, also without any failure', async (t) => {
  for (const end of [failed, passed]) {
    const { found } = await measured({ a: () => end }, 1000)
    t.equal(found[0]?.runs.length, 16)
  }
  const sometimes = await measured({ a: (run) => (run % 2 === 0 ? failed : passed) }, 1000)
  t.ok((sometimes.found[0]?.runs.length ?? 0) > 80)
  const exact = await measured({ a: () => passed }, 1000, 5)
  t.equal(exact.found[0]?.runs.length, 73)
  const few = await measured({ a: () => passed }, 3)
  t.equal(few.found[0]?.runs.length, 3, 'the number of runs is a limit')
})

void test('two kernels take turns, and one that is decided waits for nothing', async (t) => {
  const { order } = await measured({ a: () => lacking, b: () => passed }, 3)
  t.equal(order, 'abbb')
  t.equal((await measured({ a: () => passed, b: () => failed }, 2)).order, 'abab')
})

void test('trouble of this computer does not count, and ends the runs when it stays', async (t) => {
  const once = await measured({ a: (run) => (run === 1 ? trouble : passed) }, 2)
  t.equal(once.found[0]?.runs.length, 3)
  const stays = await measured({ a: () => trouble }, 10)
  t.equal(stays.found[0]?.runs.length, 3)
  t.strictSame(ratesOf(stays.found, 20), { verdict: 'MISS', sentences: ['no rate on a: QEMU was killed'] })
})

void test('on one kernel, a single failure shows the bug', async (t) => {
  t.strictSame(ratesOf((await measured({ a: () => passed }, 1000)).found, 20), {
    verdict: 'PASS',
    sentences: ['failed in 0 of 16 runs on a, 0 to 19 % (enough, since the interval has at most 20 points)'],
  })
  t.strictSame(ratesOf((await measured({ a: (run) => (run === 2 ? failed : passed) }, 3)).found, 20), {
    verdict: 'FAIL',
    sentences: ['failed in 1 of 3 runs on a, 6 to 79 % (the interval has more than 20 points)'],
  })
  t.match(ratesOf((await measured({ a: () => lacking }, 3)).found, 20), {
    verdict: 'SKIP',
    sentences: ['no rate on a: no hugetlb'],
  })
})

/** The verdict on two kernels, and the last sentence. */
async function last(ends: Readonly<Record<string, (run: number) => RunEnd>>, most: number): Promise<unknown> {
  const { verdict, sentences } = ratesOf((await measured(ends, most)).found, 20)
  return [verdict, sentences.at(-1)]
}

void test('of two kernels, the second must fail really more often', async (t) => {
  const rule = "Fisher's exact test"
  t.strictSame(await last({ good: () => passed, bad: () => failed }, 100), [
    'FAIL',
    `the difference is real, p < 0.0001 (${rule}, below 0.05): bad fails more often`,
  ])
  t.strictSame(await last({ bad: () => failed, fixed: () => passed }, 100), [
    'PASS',
    `the difference is real, p < 0.0001 (${rule}, below 0.05): bad fails more often`,
  ])
  t.strictSame(await last({ good: () => passed, bad: () => failed }, 3), [
    'PASS',
    `the difference may be chance, p = 0.10 (${rule}, not below 0.05)`,
  ])
  t.match(await last({ good: () => passed, bad: () => lacking }, 3), ['SKIP', 'no rate on bad: no hugetlb'])
})

void test('the runs before an interruption are kept', async (t) => {
  const found = [{ kernel: 'a', runs: [] as RunEnd[] }]
  const runOnce = async (): Promise<RunEnd> => {
    if (found[0]?.runs.length === 2) throw new Error('interrupted')
    return failed
  }
  await t.rejects(measureRates(found, { most: 9, within: 20, runOnce }), { message: 'interrupted' })
  t.strictSame(ratesOf(found, 20).sentences, [
    'failed in 2 of 2 runs on a, 34 to 100 % (the interval has more than 20 points)',
  ])
})
