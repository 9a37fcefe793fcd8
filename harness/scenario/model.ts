// The reference model: what every page's state and contents should be, computed from the rules and never from the kernel.
import { endOf } from './pages.ts'
import type { PageRange } from './pages.ts'

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

/** Groups equal neighbours: the shortest list of runs that says the same. */
export function runsOf<Value>(values: readonly Value[]): Run<Value>[] {
  const runs: { first: number; count: number; value: Value }[] = []
  for (const [index, value] of values.entries()) {
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
   * Whether both states of a page are one memory (in-place conversion). If not, a page has one content as shared
   * memory (the host's own mapping) and another as private memory (guest_memfd).
   */
  readonly inPlace: boolean
}

/** Expected state and contents of each page of one file. */
export class Model {
  readonly pages: number
  readonly inPlace: boolean
  readonly #states: PageState[]
  readonly #contents: Readonly<Record<PageState, Tag[]>>

  constructor(options: ModelOptions) {
    this.pages = options.pages
    this.inPlace = options.inPlace
    this.#states = Array.from({ length: options.pages }, () => options.initially)
    const contents = Array.from({ length: options.pages }, () => 0)
    this.#contents = { private: contents, shared: options.inPlace ? contents : [...contents] }
  }

  /** The range is now in this state; contents stay where they are. */
  convert(state: PageState, range: PageRange): void {
    this.#inside(range)
    this.#states.fill(state, range.first, endOf(range))
  }

  /** Each page of the range was filled with `tag` by someone who sees the pages in the state that they are in. */
  fill(range: PageRange, tag: Tag): void {
    for (let index = range.first as number; index < endOf(range); index += 1) {
      this.#contents[this.stateAt(index)][index] = tag
    }
  }

  /** The host wrote through its own mapping of shared memory. With in-place conversion that is the same as `fill`. */
  fillAsShared(range: PageRange, tag: Tag): void {
    this.#inside(range)
    this.#contents.shared.fill(tag, range.first, endOf(range))
  }

  /** The pages of the range were freed from the file: they read as zero again. Their state is what it was. */
  free(range: PageRange): void {
    this.#inside(range)
    this.#contents.private.fill(0, range.first, endOf(range))
  }

  /** @throws {RangeError} outside the file */
  stateAt(index: number): PageState {
    const state = this.#states[index]
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
  guestView(range?: PageRange): Run<Tag>[] {
    const [first, end] = range === undefined ? [0, this.pages] : [range.first, endOf(range)]
    const seen = Array.from({ length: end - first }, (_, index) => this.guestSees(first + index))
    return runsOf(seen).map((run) => ({ ...run, first: first + run.first }))
  }

  /** Expected views of the host, as runs. */
  hostView(): Run<Tag | 'sigbus'>[] {
    return runsOf(this.#states.map((_, index) => this.hostSees(index)))
  }

  /** Maximal runs of equal state: so many entries the kernel needs when it merges equal neighbours. */
  stateRuns(): Run<PageState>[] {
    return runsOf(this.#states)
  }

  #contentAt(state: PageState, index: number): Tag {
    const tag = this.#contents[state][index]
    if (tag === undefined) throw new RangeError(`page ${index} of a file of ${this.pages} pages`)
    return tag
  }

  #inside(range: PageRange): void {
    if (endOf(range) > this.pages) {
      throw new RangeError(`pages up to ${endOf(range)} of a file of ${this.pages} pages`)
    }
  }
}
