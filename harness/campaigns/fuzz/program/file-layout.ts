// Where the pages of a program lie in its file: a gap in the middle puts the second half at a large offset.
import { pageSize } from '../../../base/units.ts'
import { endOf, pages, type PageRange } from '../../../model/ranges.ts'

/** Bytes of the file. */
export interface Bytes {
  readonly offset: number
  readonly size: number
}

/** The places of the pages: the model has those of both halves alone, and no step uses the memory between them. */
export class Layout {
  readonly #pages: number
  readonly #gap: number
  readonly #half: number

  /** `gap` is the number of pages of the file that lie between both halves. */
  constructor(count: number, gap: number) {
    this.#pages = count
    this.#gap = gap
    this.#half = gap === 0 ? count : Math.floor(count / 2)
  }

  /** The size of the file in bytes. */
  get size(): number {
    return (this.#pages + this.#gap) * pageSize
  }

  /** Returns the offset of a page in the file. */
  offsetOf(index: number): number {
    return (index < this.#half ? index : index + this.#gap) * pageSize
  }

  /** Returns the bytes from the first page of a range to its last one, with the gap if both halves have pages of it. */
  bytesOf(range: PageRange): Bytes {
    const offset = this.offsetOf(range.first)
    return { offset, size: this.offsetOf(endOf(range) - 1) + pageSize - offset }
  }

  /** Returns the pages in these bytes, if they are whole pages inside the file. Those of the gap are left out. */
  pagesIn({ offset, size }: Bytes): PageRange | undefined {
    const [from, end] = [offset / pageSize, (offset + size) / pageSize]
    if (!Number.isInteger(from) || !Number.isInteger(size / pageSize)) return undefined
    if (from < 0 || end < from || end > this.#pages + this.#gap) return undefined
    const first = this.indexAt(from)
    return pages(first, this.indexAt(end) - first)
  }

  /** Returns the page at a place of the file, counted in pages, or the first one behind it. */
  indexAt(place: number): number {
    if (place < this.#half) return place
    return Math.min(Math.max(place - this.#gap, this.#half), this.#pages)
  }

  /** Tells whether the bytes have pages of the gap. */
  hasGap({ offset, size }: Bytes): boolean {
    const [begin, end] = [this.#half * pageSize, (this.#half + this.#gap) * pageSize]
    return offset < end && offset + size > begin
  }

  /** Returns the parts of a range that lie side by side in the file. */
  partsOf(range: PageRange): PageRange[] {
    const middle = Math.min(Math.max(this.#half, range.first), endOf(range))
    const parts = [pages(range.first, middle - range.first), pages(middle, endOf(range) - middle)]
    return parts.filter(({ count }) => count > 0)
  }

  /** Returns the half that has a page. */
  partAt(index: number): PageRange {
    return index < this.#half ? pages(0, this.#half) : pages(this.#half, this.#pages - this.#half)
  }

  /** Tells whether the pages of a range lie side by side in the file. */
  isNear(range: PageRange): boolean {
    return this.partsOf(range).length === 1
  }
}
