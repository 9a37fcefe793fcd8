// S-A24, S-A23, S-A17: a huge page of each size stays split until its last shared page is private, wherever in it that page is;
// conversions of other parts of it merge nothing. The guest touches single pages, and only while the huge page is split.
import { page, pages, scenario, type Memory, type ScenarioContext } from '../../../harness/api.ts'
import { placesOfBothSizes, type HugePlaces } from '../common/huge-page-places.ts'

async function share(file: Memory, { places }: HugePlaces, tag: number): Promise<void> {
  await file.perform(
    places.flatMap((index) => [
      { does: 'convert', to: 'shared', range: page(index) },
      { does: 'host-fill', range: page(index), tag },
    ]),
  )
}

/** Makes a page private while others of the huge page are shared: the guest must not get more than 4K pages. */
async function unshare(
  file: Memory,
  index: number,
  left: readonly number[],
  check: ScenarioContext['check'],
): Promise<void> {
  const before = await file.guest.mappings()
  // Then a part that is private already: the state of the rest decides.
  const near = index < file.pages / 2 ? pages(index + 1, 40) : pages(index - 40, 40)
  await file.perform([
    { does: 'convert', to: 'private', range: page(index) },
    { does: 'ensure', to: 'private', range: near },
    { does: 'guest-look', range: page(index) },
  ])
  const after = await file.guest.mappings()
  const huge = [after['2M'] - before['2M'], after['1G'] - before['1G']]
  check.equal(huge, [0, 0], `huge mappings of the guest while ${left.length} pages from ${left[0]} on are shared`)
  await file.perform(left.map((range) => ({ does: 'host-look', range: page(range) })))
}

export default scenario({
  title: 'a huge page of each size stays split until its last shared page becomes private, wherever that page is',
  rules: ['S-A23', 'S-A24', 'S-A17', 'S-A19'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 30,
  async run({ memory, check }) {
    for (const both of placesOfBothSizes) {
      const file = await memory({ pages: both.huge, hugePages: both.size, initially: 'private' })
      const [first, early, middle, late, last] = both.places
      const orders = [
        [first, early, middle, late, last],
        [last, late, first, middle, early],
      ] as const
      for (const [round, order] of orders.entries()) {
        await share(file, both, 0x91 + round)
        for (const [position, index] of order.slice(0, -1).entries()) {
          await unshare(file, index, order.slice(position + 1), check)
        }
        await file.expectLayout(file.all)
        await file.convert('private', page(order[4]))
        await file.expectLayout(file.all)
      }
    }
  },
})
