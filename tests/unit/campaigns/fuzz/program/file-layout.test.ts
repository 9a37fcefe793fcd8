// The places of pages in a file with a gap, and those of a file without one.
import { test } from 'tap'
import { Layout } from '../../../../../harness/campaigns/fuzz/program/file-layout.ts'
import { pages } from '../../../../../harness/model/ranges.ts'

const page = 4096

void test('without a gap, pages lie where their indices say', (t) => {
  const layout = new Layout(24, 0)
  t.equal(layout.size, 24 * page)
  t.equal(layout.offsetOf(23), 23 * page)
  t.strictSame(layout.pagesIn({ offset: page, size: 2 * page }), pages(1, 2))
  t.equal(layout.pagesIn({ offset: page, size: 24 * page }), undefined)
  t.equal(layout.pagesIn({ offset: page, size: 1 }), undefined)
  t.equal(layout.pagesIn({ offset: -page, size: page }), undefined)
  t.equal(layout.isNear(pages(0, 24)), true)
  t.equal(layout.hasGap({ offset: 0, size: 24 * page }), false)
  t.end()
})

void test('a gap puts the second half behind it', (t) => {
  const layout = new Layout(24, 100)
  t.equal(layout.size, 124 * page)
  t.equal(layout.offsetOf(11), 11 * page)
  t.equal(layout.offsetOf(12), 112 * page)
  t.strictSame(layout.bytesOf(pages(10, 4)), { offset: 10 * page, size: 104 * page })
  t.strictSame(layout.pagesIn({ offset: 10 * page, size: 104 * page }), pages(10, 4))
  t.strictSame(layout.partsOf(pages(10, 4)), [pages(10, 2), pages(12, 2)])
  t.strictSame(layout.partsOf(pages(13, 4)), [pages(13, 4)])
  t.strictSame(layout.partAt(12), pages(12, 12))
  t.equal(layout.isNear(pages(11, 2)), false)
  t.end()
})

void test('bytes of the gap have no page, and are known', (t) => {
  const layout = new Layout(24, 100)
  t.strictSame(layout.pagesIn({ offset: 20 * page, size: page }), pages(12, 0))
  t.strictSame(layout.pagesIn({ offset: 20 * page, size: 100 * page }), pages(12, 8))
  t.equal(layout.hasGap({ offset: 11 * page, size: page }), false)
  t.equal(layout.hasGap({ offset: 11 * page, size: 2 * page }), true)
  t.equal(layout.hasGap({ offset: 112 * page, size: page }), false)
  t.equal(layout.indexAt(500), 24)
  t.end()
})
