// Huge pages as scenarios name them: their size in 4K pages.
import { hugePageBytes, type HugePageSize } from '../base/huge-page-sizes.ts'
import { pageSize } from '../base/units.ts'

/** Returns the number of 4K pages in a huge page. */
export function pagesPerHugePage(size: HugePageSize): number {
  return hugePageBytes[size] / pageSize
}
