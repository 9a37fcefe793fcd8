// Ranges of 4K pages of a guest_memfd, as scenarios write them: page(3), pages(2, 5).
import { hugePageBytes, type HugePageSize } from '../base/huge-page-sizes.ts'
import { pages as bytesOf, pageIndex, pageSize, type Bytes, type PageIndex } from '../base/units.ts'

/** A range of `count` pages from page `first` on. */
export interface PageRange {
  readonly first: PageIndex
  readonly count: number
}

/** Returns the range of one page. */
export function page(index: number): PageRange {
  return { first: pageIndex(index), count: 1 }
}

/** Returns the range of `count` pages from page `first` on. */
export function pages(first: number, count: number): PageRange {
  return { first: pageIndex(first), count: pageIndex(count) }
}

/** Returns the start of a range, in bytes from the start of the file. */
export function offsetOf(range: PageRange): Bytes {
  return bytesOf(range.first)
}

/** Returns the length of a range, in bytes. */
export function sizeOf(range: PageRange): Bytes {
  return bytesOf(range.count)
}

/** Returns the index after the last page of a range. */
export function endOf(range: PageRange): number {
  return range.first + range.count
}

/** Returns the number of 4K pages in a huge page. */
export function pagesPerHugePage(size: HugePageSize): number {
  return hugePageBytes[size] / pageSize
}

/** Describes a range for messages: `page 3`, `pages 2..6`, `no pages at 4`. */
export function describeRange(range: PageRange): string {
  if (range.count === 0) return `no pages at ${range.first}`
  return range.count === 1 ? `page ${range.first}` : `pages ${range.first}..${endOf(range) - 1}`
}
