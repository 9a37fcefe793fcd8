// The pages that the guest maps through a memslot, in pages of 4K.
import { endOf, type PageRange } from '../../../model/ranges.ts'

/** The pages of one memslot, as indices of the file. Of some, the rules do not say whether the guest has lost them. */
export class GuestPages {
  readonly #mapped = new Set<number>()
  readonly #unsure = new Set<number>()
  #isLost = false

  /** The guest reaches the pages. */
  touch(range: PageRange): void {
    for (let index = range.first as number; index < endOf(range); index += 1) {
      this.#mapped.add(index)
      this.#unsure.delete(index)
    }
  }

  /** The guest loses the pages. */
  lose(range: PageRange): void {
    for (const pages of [this.#mapped, this.#unsure]) for (const index of inside(pages, range)) pages.delete(index)
  }

  /** The guest may have lost the pages. */
  doubt(range: PageRange): void {
    for (const index of inside(this.#mapped, range)) {
      this.#mapped.delete(index)
      this.#unsure.add(index)
    }
  }

  /** The guest may have reached the pages, or lost them. */
  mayTouch(range: PageRange): void {
    for (let index = range.first as number; index < endOf(range); index += 1) {
      this.#mapped.delete(index)
      this.#unsure.add(index)
    }
  }

  /**
   * Gives up for good: the host address of the memslot has no mapping any more. A new mapping may come to lie there, and
   * what it loses the guest loses at the same offset of the memslot, which is another page of the file.
   */
  loseTrack(): void {
    this.#isLost = true
  }

  /** Returns how many pages of the range the guest maps; undefined when that is not sure. */
  countIn(range: PageRange): number | undefined {
    const isSure = !this.#isLost && inside(this.#unsure, range).length === 0
    return isSure ? inside(this.#mapped, range).length : undefined
  }
}

function inside(pages: ReadonlySet<number>, range: PageRange): number[] {
  return [...pages].filter((index) => index >= range.first && index < endOf(range))
}
