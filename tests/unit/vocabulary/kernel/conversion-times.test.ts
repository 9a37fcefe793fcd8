// The durations of conversions of one page.
import { test } from 'tap'
import { page, pages } from '../../../../harness/model/ranges.ts'
import { ConversionTimes } from '../../../../harness/vocabulary/kernel/conversion-times.ts'

void test('conversions of one page are gathered by their operation', (t) => {
  const times = new ConversionTimes()
  for (let index = 1; index <= 100; index += 1) times.note(undefined, 'shared', page(index), index)
  times.note('2M', 'shared', pages(512, 512), 7)
  times.note('2M', 'private', pages(512, 512), 9)
  times.note(undefined, 'shared', pages(0, 2), 1000)
  times.note('2M', 'shared', page(0), 1000)
  t.strictSame(times.summary(), [
    { operation: '4K', count: 100, median: 50, high: 99 },
    { operation: 'split 2M', count: 1, median: 7, high: 7 },
    { operation: 'merge 2M', count: 1, median: 9, high: 9 },
  ])
  t.end()
})
