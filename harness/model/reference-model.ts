// The reference model: the expected state and contents of every page, computed from the rules and never from the kernel.
import { describeRange, endOf, pages as pagesAt, type PageRange } from './ranges.ts'

/** The state of a page: which side may access it. */
export type PageState = 'shared' | 'private'

/** The byte that fills a whole page; 0 for a page without a write. */
export type Tag = number

/** Consecutive pages with equal values. */
export interface Run<Value> {
  readonly first: number
  readonly count: number
  readonly value: Value
}

/** Groups equal neighbours among the values at `first` up to, but not at, `end`: the shortest list of runs. */
export function runsOf<Value>(first: number, end: number, valueAt: (index: number) => Value): Run<Value>[] {
  const runs: { first: number; count: number; value: Value }[] = []
  for (let index = first; index < end; index += 1) {
    const value = valueAt(index)
    const last = runs.at(-1)
    if (last !== undefined && last.value === value) last.count += 1
    else runs.push({ first: index, count: 1, value })
  }
  return runs
}

export interface ModelOptions {
  readonly pages: number
  readonly initially: PageState
  /**
   * True if both states of a page are one memory (in-place conversion). Otherwise a page has one content as shared
   * memory (the host's own mapping) and another one as private memory (guest_memfd).
   */
  readonly inPlace: boolean
  /** The number of 4K pages that the file allocates at a time: 512 or 262144 with huge pages. Default 1. */
  readonly pagesPerUnit?: number
}

/** One unit of allocation: a page of 4K, or a huge page. */
export interface Unit {
  readonly range: PageRange
  readonly allocated: boolean
  /** `whole`: no page of it is shared, so the kernel must keep an allocated unit as one page. Otherwise `split`. */
  readonly layout: 'whole' | 'split'
}

/** The model keeps the position in this list as a number, because a file may have hundreds of thousands of pages. */
const states = ['shared', 'private'] as const
const numberOf = { shared: 0, private: 1 } as const satisfies Record<PageState, number>

/** The expected state, contents and allocation of each page of one file. */
export class Model {
  readonly pages: number
  readonly inPlace: boolean
  readonly pagesPerUnit: number
  readonly #states: Uint8Array
  readonly #contents: Readonly<Record<PageState, Uint8Array>>
  /** One for each unit. */
  readonly #allocated: Uint8Array
  /** The pages whose state a race may have changed: 1 until the next conversion. */
  readonly #unsure: Uint8Array

  constructor(options: ModelOptions) {
    this.pages = options.pages
    this.inPlace = options.inPlace
    this.pagesPerUnit = options.pagesPerUnit ?? 1
    if (options.pages % this.pagesPerUnit !== 0) {
      const message = `${options.pages} pages are not whole huge pages: make it a multiple of ${this.pagesPerUnit}`
      throw new RangeError(message)
    }
    this.#states = new Uint8Array(options.pages).fill(numberOf[options.initially])
    this.#unsure = new Uint8Array(options.pages)
    const contents = new Uint8Array(options.pages)
    this.#contents = { private: contents, shared: options.inPlace ? contents : new Uint8Array(options.pages) }
    this.#allocated = new Uint8Array(options.pages / this.pagesPerUnit)
  }

  /** Changes the state of the range and keeps its contents. */
  convert(state: PageState, range: PageRange): void {
    this.#inside(range)
    this.#states.fill(numberOf[state], range.first, endOf(range))
    this.#unsure.fill(0, range.first, endOf(range))
  }

  /** Notes that threads convert the range back and forth: the next conversion of it has an effect that is not known. */
  race(range: PageRange): void {
    this.#inside(range)
    this.#unsure.fill(1, range.first, endOf(range))
  }

  /** @throws {Error} when all pages of the ranges have the state: a conversion of them would test nothing */
  requireChange(state: PageState, ranges: readonly PageRange[]): void {
    if (ranges.some((range) => this.#mayChange(state, range))) return
    const [first] = ranges
    const others = ranges.length > 1 ? ` and ${ranges.length - 1} more` : ''
    const what = first === undefined ? 'no page' : `${describeRange(first)}${others}`
    throw new Error(`by the model, converting ${what} to ${state} changes nothing: write ensure() where that is meant`)
  }

  #mayChange(state: PageState, range: PageRange): boolean {
    if (this.#unsure.subarray(range.first, endOf(range)).includes(1)) return true
    return this.stateRuns(range).some(({ value }) => value !== state)
  }

  /** Fills each page of the range, as an access in the current state of the page. */
  fill(range: PageRange, tag: Tag): void {
    this.allocate(range)
    if (this.inPlace) this.#contents.shared.fill(tag, range.first, endOf(range))
    else for (let index = range.first as number; index < endOf(range); index += 1) this.#fillPage(index, tag)
  }

  /** Fills the range through the host's own mapping of shared memory; equals `fill` with in-place conversion. */
  fillAsShared(range: PageRange, tag: Tag): void {
    if (this.inPlace) this.allocate(range)
    this.#inside(range)
    this.#contents.shared.fill(tag, range.first, endOf(range))
  }

  /** Allocates the units that the range touches, as fallocate or an access of the guest does. */
  allocate(range: PageRange): void {
    this.#inside(range)
    if (range.count === 0) return
    const first = Math.floor(range.first / this.pagesPerUnit)
    this.#allocated.fill(1, first, Math.ceil(endOf(range) / this.pagesPerUnit))
  }

  /** Allocates the shared pages of the range, as a read of the host does. */
  hostLooked(range: PageRange): void {
    if (!this.inPlace) return
    for (const run of this.stateRuns(range)) {
      if (run.value === 'shared') this.allocate(pagesAt(run.first, run.count))
    }
  }

  /** Punches a hole: all its pages read as zero again and keep their state, and whole units in it are freed. */
  free(range: PageRange): void {
    this.#inside(range)
    this.#contents.private.fill(0, range.first, endOf(range))
    const first = Math.ceil(range.first / this.pagesPerUnit)
    const end = Math.floor(endOf(range) / this.pagesPerUnit)
    if (end > first) this.#allocated.fill(0, first, end)
  }

  /** Returns the state of a page. @throws {RangeError} outside the file */
  stateAt(index: number): PageState {
    const state = states[this.#states[index] ?? -1]
    if (state === undefined) throw new RangeError(`page ${index} of a file of ${this.pages} pages`)
    return state
  }

  /** Returns the byte that the guest must read at this page. */
  guestSees(index: number): Tag {
    return this.#contentAt(this.stateAt(index), index)
  }

  /** Returns the byte that the host must read at this page, or that the access must be a SIGBUS. */
  hostSees(index: number): Tag | 'sigbus' {
    if (this.inPlace && this.stateAt(index) === 'private') return 'sigbus'
    return this.#contentAt('shared', index)
  }

  /** Returns the expected guest view in runs; of the whole file unless a range is given. */
  guestView(range: PageRange = this.#all()): Run<Tag>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.guestSees(index))
  }

  /** Returns the expected host view in runs; of the whole file unless a range is given. */
  hostView(range: PageRange = this.#all()): Run<Tag | 'sigbus'>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.hostSees(index))
  }

  /** Returns the maximal runs of equal state: the kernel needs one tree entry for each. */
  stateRuns(range: PageRange = this.#all()): Run<PageState>[] {
    this.#inside(range)
    return runsOf(range.first, endOf(range), (index) => this.stateAt(index))
  }

  /** Returns the units that the range touches. */
  units(range: PageRange = this.#all()): Unit[] {
    this.#inside(range)
    const size = this.pagesPerUnit
    const first = Math.floor(range.first / size)
    const end = range.count === 0 ? first : Math.ceil(endOf(range) / size)
    return Array.from({ length: end - first }, (_, position) => this.#unit(first + position))
  }

  /** The allocated 4K pages of the file: 8 blocks of st_blocks each. */
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
      throw new RangeError(`${describeRange(range)} must lie in the file, which has ${this.pages} pages`)
    }
  }
}
