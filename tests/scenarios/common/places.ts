// Places in a file at which ranges begin and end: at its ends, at the ends of units (4K pages or huge pages) and beside them.
import { pages, type PageRange } from '../../../harness/api.ts'

/** The places in a file of seven pages of 4K, or of three huge pages with so many 4K pages: in the second one is a page like all others. */
export function placesOf(unit: number): number[] {
  if (unit === 1) return [0, 1, 3, 4, 6, 7]
  return [0, 1, unit - 1, unit, unit + 188, 2 * unit, 3 * unit - 1, 3 * unit]
}

/** Every range that begins at one place and ends at a later one. */
export function rangesBetween(places: readonly number[]): PageRange[] {
  return places.flatMap((first, index) => places.slice(index + 1).map((end) => pages(first, end - first)))
}
