// Only suitable numbers become units.
import { test } from 'tap'
import { bytes, pageIndex, pages, pageSize } from '../../../harness/base/units.ts'

void test('pages are 4 KiB', async (t) => {
  t.equal(pageSize, 4096)
  t.equal(pages(3), 12_288)
  t.equal(pages(0), 0)
})

for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
  void test(`${bad} is no length and no index`, async (t) => {
    for (const make of [bytes, pageIndex, pages]) t.throws(() => make(bad), RangeError)
  })
}
