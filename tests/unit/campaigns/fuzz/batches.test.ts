// The plan of a campaign.
import { test } from 'tap'
import { planBatches } from '../../../../harness/campaigns/fuzz/batches.ts'

void test('sequences are divided into batches, each with its seed', (t) => {
  const batches = planBatches(['4K', '2M'], 7, { runs: 250 })
  t.strictSame(
    batches.map(({ name, runs }) => `${name} ${runs}`),
    ['fuzz-4K-7 100', 'fuzz-2M-7 100', 'fuzz-4K-8 100', 'fuzz-2M-8 100', 'fuzz-4K-9 50', 'fuzz-2M-9 50'],
  )
  t.end()
})

void test('a time is shared by the sizes of pages', (t) => {
  const batches = planBatches(['4K', '2M'], 1, { milliseconds: 200_000 })
  t.strictSame(
    batches.map(({ name, milliseconds }) => `${name} ${milliseconds}`),
    ['fuzz-4K-1 50000', 'fuzz-2M-1 50000', 'fuzz-4K-2 50000', 'fuzz-2M-2 50000'],
  )
  t.match(planBatches(['4K'], 1, { milliseconds: 1000 }), [{ name: 'fuzz-4K-1', milliseconds: 1000 }])
  t.end()
})

void test('one sequence of a seed is one batch, and seeds stay numbers of 31 bits', (t) => {
  t.match(planBatches(['2M'], 3, { path: 12 }), [{ name: 'fuzz-2M-3', seed: 3, runs: 1, path: 12 }])
  t.match(planBatches(['4K'], 2 ** 31 - 1, { runs: 200 }), [{ seed: 2 ** 31 - 1 }, { seed: 0 }])
  t.end()
})
