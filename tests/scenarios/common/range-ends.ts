// Places in a file at which ranges begin and end: at its ends, at the ends of units (4K pages or huge pages) and beside them.
import { page, pages, type PageRange } from '../../../harness/api.ts'

/** The places in a file of seven pages of 4K, or of three huge pages with so many 4K pages: in the second one is a page like all others. */
export function placesOf(unit: number): number[] {
  if (unit === 1) return [0, 1, 3, 4, 6, 7]
  return [0, 1, unit - 1, unit, unit + 188, 2 * unit, 3 * unit - 1, 3 * unit]
}

/** Fewer of them, for what takes long. */
export function fewPlacesOf(unit: number): number[] {
  return unit === 1 ? [0, 1, 4, 6, 7] : [0, 1, unit, unit + 188, 3 * unit - 1, 3 * unit]
}

/** Every range that begins at one place and ends at a later one. */
export function rangesBetween(places: readonly number[]): PageRange[] {
  return places.flatMap((first, index) => places.slice(index + 1).map((end) => pages(first, end - first)))
}

/** The pages that show where an operation on a range began and ended: on both sides of its ends, and at places of the file. */
export function witnessesOf(range: PageRange, places: readonly number[]): PageRange[] {
  const end = places.at(-1) ?? 0
  const beside = [range.first, range.first + range.count].flatMap((place) => [place - 1, place])
  const indexes = new Set([...beside, ...places].filter((index) => index >= 0 && index < end))
  return Array.from(indexes, page)
}
