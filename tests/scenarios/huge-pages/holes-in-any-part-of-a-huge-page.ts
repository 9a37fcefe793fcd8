// S-A30, S-A33: a hole in a part of a huge page of each size zeroes exactly that part, split or whole: of 2M parts of a 1G page, of
// ranges that begin and end inside of them, of all but the ends. One file of each size; only marked pages are touched, and none while
// the huge page is whole, because the guest's touch would zero all of a 1G page.
import { page, pages, scenario, type Memory, type PageRange, type Step } from '../../../harness/api.ts'
import { placesOfBothSizes, type HugePlaces } from '../common/huge-page-places.ts'

const part = 512

function holesIn({ huge, places: [, early, middle, late, last] }: HugePlaces): PageRange[] {
  const ends = [page(0), page(last), pages(1, huge - 2), pages(0, last), pages(1, last)]
  const inside = [pages(early - 1, 3), pages(middle - 3, 7), pages(late + 1, 2), pages(early, middle - early)]
  const parts = [pages(0, part), pages(part, part), pages(huge / 2, part), pages(huge - part, part)]
  return [...ends, ...inside, ...parts].filter(({ first, count }) => count < huge && first + count <= huge)
}

/** The pages on both sides of both ends of the hole, and pages far from it. */
function marksOf({ first, count }: PageRange, { huge, places }: HugePlaces): number[] {
  const end = first + count
  const marks = new Set([first - 1, first, first + 1, end - 2, end - 1, end, ...places])
  return [...marks].filter((index) => index >= 0 && index < huge)
}

/** Marks the pages of a split huge page, makes it whole or leaves it, punches the hole, and looks at the marks. */
function stepsFor(hole: PageRange, places: HugePlaces, layout: 'split' | 'whole', tag: number): Step[] {
  const marks = marksOf(hole, places).map((index) => page(index))
  const all = pages(0, places.huge)
  // Not the first page, which may be the only one that a kernel looks at.
  const control = page(places.places[3])
  return [
    { does: 'convert', to: 'shared', range: control },
    ...marks.map((range) => ({ does: 'guest-fill', range, tag }) as const),
    ...(layout === 'whole' ? [{ does: 'convert', to: 'private', range: all } as const] : []),
    { does: 'punch', range: hole },
    { does: 'ensure', to: 'shared', range: control },
    { does: 'host-look', range: control },
    ...marks.map((range) => ({ does: 'guest-look', range }) as const),
    { does: 'convert', to: 'private', range: all },
  ]
}

async function walk(file: Memory, places: HugePlaces): Promise<void> {
  const holes = holesIn(places)
  for (const layout of ['split', 'whole'] as const) {
    await file.perform(holes.flatMap((hole, index) => stepsFor(hole, places, layout, 0x10 + index)))
    await file.expectAccounting()
  }
}

export default scenario({
  title:
    'a hole in any part of a huge page of each size zeroes only that part, whether the huge page is split or whole',
  rules: ['S-A30', 'S-A33', 'S-A20', 'S-A34'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 30,
  async run({ memory }) {
    for (const places of placesOfBothSizes) {
      const file = await memory({ pages: places.huge, hugePages: places.size, initially: 'private' })
      await walk(file, places)
      await file.punchHole(file.all)
      await file.expectAccounting()
    }
  },
})
