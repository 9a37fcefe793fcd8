// The reference model: what every page's state and contents should be, computed from the rules and never from the kernel.
import { endOf, pages as pagesAt } from './ranges.ts'
import type { PageRange } from './ranges.ts'

/** Which side may have a page, as the file sees it. */
export type PageState = 'shared' | 'private'

/** What fills a whole page: one byte, 0 for a page that was never written. */
export type Tag = number

/** Consecutive pages that are alike. */
export interface Run<Value> {
  readonly first: number
  readonly count: number
  readonly value: Value
}

/** Groups equal neighbours among the values at `first` up to, but not at, `end`: the shortest list that says the same. */
export function runsOf<Value>(first: number, end: number, valueAt: (index: number) => Value): Run<Value>[] {
  const runs: { first: number; count: number; value: Value }[] = []
  let last: { first: number; count: number; value: Value } | undefined
  for (let index = first; index < end; index += 1) {
    const value = valueAt(index)
    if (last !== undefined && last.value === value) {
      last.count += 1
    } else {
      last = { first: index, count: 1, value }
      runs.push(last)
    }
  }
  return runs
}

export interface ModelOptions {
  readonly pages: number
  readonly initially: PageState
  /**
   * Whether both states of a page are one memory (in-place conversion). If not, a page has one content as shared
   * memory (the host's own mapping) and another as private memory (guest_memfd).
   */
  readonly inPlace: boolean
  /** How many 4K pages the file allocates at a time: 512 or 262144 with huge pages. Default 1. */
  readonly pagesPerUnit?: number
}

/** One unit of allocation: a page of 4K, or a huge page. */
export interface Unit {
  readonly range: PageRange
  readonly allocated: boolean
  /** `whole`: no page in it is shared, so that the kernel must keep it, once allocated, as one page. Else `split`. */
  readonly layout: 'whole' | 'split'
}

/** The position is the number that the model keeps: a file may have hundreds of thousands of pages. */
const states = ['shared', 'private'] as const
const numberOf = { shared: 0, private: 1 } as const satisfies Record<PageState, number>

/** Expected state and contents of each page of one file, and what is allocated of it. */
export class Model {
  readonly pages: number
  readonly inPlace: boolean
  readonly pagesPerUnit: number
  readonly #states: Uint8Array
  readonly #contents: Readonly<Record<PageState, Uint8Array>>
  /** One for each unit. */
  readonly #allocated: Uint8Array

  constructor(options: ModelOptions) {
    this.pages = options.pages
    this.inPlace = options.inPlace
    this.pagesPerUnit = options.pagesPerUnit ?? 1
    if (options.pages % this.pagesPerUnit !== 0) {
      throw new RangeError(
        `${options.pages} pages are not whole huge pages: make it a multiple of ${this.pagesPerUnit}`,
      )
    }
    this.#states = new Uint8Array(options.pages).fill(numberOf[options.initially])
    const contents = new Uint8Array(options.pages)
    this.#contents = { private: contents, shared: options.inPlace ? contents : new Uint8Array(options.pages) }
    this.#allocated = new Uint8Array(options.pages / this.pagesPerUnit)
  }

  /** The range is now in this state; contents stay where they are. */
  convert(state: PageState, range: PageRange): void {
    this.#inside(range)
    this.#states.fill(numberOf[state], range.first, endOf(range))
  }

  /** Each page of the range was filled with `tag` by someone who sees the pages in the state that they are in. */
  fill(range: PageRange, tag: Tag): void {
    this.allocate(range)
    if (this.inPlace) this.#contents.shared.fill(tag, range.first, endOf(range))
    else for (let index = range.first as number; index < endOf(range); index += 1) this.#fillPage(index, tag)
  }

  /** The host wrote through its own mapping of shared memory. With in-place conversion that is the same as `fill`. */
  fillAsShared(range: PageRange, tag: Tag): void {
    if (this.inPlace) this.allocate(range)
    this.#inside(range)
    this.#contents.shared.fill(tag, range.first, endOf(range))
  }

  /** The units that the range touches are allocated, by fallocate or by an access of the guest. */
  allocate(range: PageRange): void {
    this.#inside(range)
    if (range.count === 0) return
    const first = Math.floor(range.first / this.pagesPerUnit)
    this.#allocated.fill(1, first, Math.ceil(endOf(range) / this.pagesPerUnit))
  }

  /** The host looked at the range: what is shared of it is allocated by that. */
  hostLooked(range: PageRange): void {
    if (!this.inPlace) return
    for (const run of this.stateRuns(range)) {
      if (run.value === 'shared') this.allocate(pagesAt(run.first, run.count))
    }
  }

  /**
   * A hole was punched: all pages of it read as zero again, and the units that lie in it as a whole are freed. The state
   * of the pages is what it was.
   */
  free(range: PageRange): void {
    this.#inside(range)
    this.#contents.private.fill(0, range.first, endOf(range))
    const first = Math.ceil(range.first / this.pagesPerUnit)
    const end = Math.floor(endOf(range) / this.pagesPerUnit)
    if (end > first) this.#allocated.fill(0, first, end)
  }

  /** @throws {RangeError} outside the file */
  stateAt(index: number): PageState {
    const state = states[this.#states[index] ?? -1]
    if (state === undefined) throw new RangeError(`page ${index} of a file of ${this.pages} pages`)
    return state
  }

  /** What the guest must read at this page. */
  guestSees(index: number): Tag {
    return this.#contentAt(this.stateAt(index), index)
  }

  /** What the host must read at this page, or that the access must be a SIGBUS. */
  hostSees(index: number): Tag | 'sigbus' {
    if (this.inPlace && this.stateAt(index) === 'private') return 'sigbus'
    return this.#contentAt('shared', index)
  }

  /** Expected views of the guest, as runs; of the whole file unless a range is given. */
  guestView(range: PageRange = this.#all()): Run<Tag>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.guestSees(index))
  }

  /** Expected views of the host, as runs; of the whole file unless a range is given. */
  hostView(range: PageRange = this.#all()): Run<Tag | 'sigbus'>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.hostSees(index))
  }

  /** Maximal runs of equal state: so many entries the kernel needs when it merges equal neighbours. */
  stateRuns(range: PageRange = this.#all()): Run<PageState>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.stateAt(index))
  }

  /** The units that the range touches. */
  units(range: PageRange = this.#all()): Unit[] {
    this.#inside(range)
    const size = this.pagesPerUnit
    const first = Math.floor(range.first / size)
    const end = range.count === 0 ? first : Math.ceil(endOf(range) / size)
    return Array.from({ length: end - first }, (_, position) => this.#unit(first + position))
  }

  /** How many 4K pages of memory the file has: 8 blocks of st_blocks each. */
  get allocatedPages(): number {
    return this.#allocated.reduce((sum, unit) => sum + unit, 0) * this.pagesPerUnit
  }

  #unit(index: number): Unit {
    const range = pagesAt(index * this.pagesPerUnit, this.pagesPerUnit)
    const shared = this.#states.subarray(range.first, endOf(range)).includes(numberOf.shared)
    return { range, allocated: this.#allocated[index] === 1, layout: shared ? 'split' : 'whole' }
  }

  #fillPage(index: number, tag: Tag): void {
    this.#contents[this.stateAt(index)][index] = tag
  }

  #contentAt(state: PageState, index: number): Tag {
    const tag = this.#contents[state][index]
    if (tag === undefined) throw new RangeError(`page ${index} of a file of ${this.pages} pages`)
    return tag
  }

  #all(): PageRange {
    return pagesAt(0, this.pages)
  }

  #inside(range: PageRange): void {
    if (endOf(range) > this.pages) {
      throw new RangeError(`pages up to ${endOf(range)} of a file of ${this.pages} pages`)
    }
  }
}
