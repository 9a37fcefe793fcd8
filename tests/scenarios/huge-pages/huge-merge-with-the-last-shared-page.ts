// S-A24: a huge page is merged when no page of it is shared any more, not earlier; any page can be the last.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const shared = [0, 1, 255, 511]

export default scenario({
  title: 'a huge page stays split until its last shared page becomes private',
  rules: ['S-A24', 'S-A7'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 2 },
  async run({ memory }) {
    const file = await memory({ pages: 2 * huge, hugePages: '2M', initially: 'private' })
    for (const order of [shared, shared.toReversed()]) {
      for (const index of shared) {
        await file.convert('shared', page(index))
        await file.host.fill(page(index), 0x70 + (index % 7))
      }
      for (const index of order) {
        await file.expectSplit(pages(0, huge))
        await file.ensure('private', pages(2, 200)) // private already: nothing to do, nothing to merge
        await file.convert('private', page(index))
      }
      await file.expectWhole(file.all)
      await file.matchesModel()
    }
  },
})
