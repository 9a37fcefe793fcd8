// K-ranges, S-A8, S-A10, S-A30: ranges at the ends of a 1G page and of its 2M parts are converted and punched exactly, untouched and split.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'
import { rangesBetween, witnessesOf } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
const gigantic = pagesPerHugePage('1G')
/** Ranges between distant places would take seconds each. */
const neighbourhoods = [
  [0, 1, huge - 1, huge, huge + 1],
  [gigantic - huge, gigantic - huge + 1, gigantic - 1, gigantic],
]
const ranges = neighbourhoods.flatMap((places) => rangesBetween(places))
const places = neighbourhoods.flat()

export default scenario({
  title: 'ranges at the edges of a 1G page and of its 2M parts are converted and punched exactly',
  rules: ['K-ranges', 'S-A8', 'S-A10', 'S-A30', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '1G': 1 },
  timeout: 30,
  async run({ memory }) {
    const file = await memory({ pages: gigantic, hugePages: '1G', initially: 'private' })
    // So that it is split all the time.
    await file.convert('shared', page(1000))
    await file.perform(
      ranges.map((range, index) => ({ does: 'ensure', to: index % 2 === 0 ? 'shared' : 'private', range }) as const),
    )
    for (const to of ['shared', 'private'] as const) {
      await file.perform(
        ranges.flatMap((range, index) => {
          const witnesses = witnessesOf(range, places)
          return [
            ...witnesses.map((at) => ({ does: 'host-look', range: at }) as const),
            { does: 'ensure', to, range } as const,
            ...witnesses.map((at) => ({ does: 'guest-fill', range: at, tag: 1 + index }) as const),
            { does: 'punch', range } as const,
            ...witnesses.map((at) => ({ does: 'guest-look', range: at }) as const),
            ...witnesses.map((at) => ({ does: 'host-look', range: at }) as const),
            { does: 'ensure', to: to === 'shared' ? 'private' : 'shared', range } as const,
          ]
        }),
      )
      for (const place of places.slice(0, -1)) await file.matchesModel(page(place))
    }
    await file.expectAccounting()
    await file.punchHole(pages(0, gigantic))
  },
})
