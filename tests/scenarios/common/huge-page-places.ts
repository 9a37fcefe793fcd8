// Places in a huge page of each size: a scenario that walks this table asks of a 1G page what it asks of a 2M page.
import { pagesPerHugePage, type HugePageSize } from '../../../harness/api.ts'

/** A size of huge pages, and pages in one of them. */
export interface HugePlaces {
  readonly size: HugePageSize
  /** The number of 4K pages in a huge page. */
  readonly huge: number
  /** In ascending order, without neighbours of one another. */
  readonly places: readonly [first: number, early: number, middle: number, late: number, last: number]
}

const small = pagesPerHugePage('2M')
const large = pagesPerHugePage('1G')

/** In a 1G page, each place is in another 2M range: only the first of them is in the first one. */
export const placesOfBothSizes: readonly HugePlaces[] = [
  { size: '2M', huge: small, places: [0, 64, small / 2, small - 65, small - 1] },
  { size: '1G', huge: large, places: [0, small, large / 2 + 1, large - small - 1, large - 1] },
]
