// S-A22, S-A17: the first touch of a new huge page finds the right layout: split if any page of it is shared, else one page for the guest.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a new huge page is split if any page of it is shared, and whole otherwise',
  rules: ['S-A22', 'S-A17', 'S-A1', 'S-A20'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 8 },
  async run({ memory }) {
    const shared = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'shared' })
    await shared.host.fill(page(1), 0x41)
    await shared.guest.fill(page(huge + 1), 0x42)
    await shared.allocate(pages(2 * huge, huge))
    await shared.expectSplit(shared.all)
    await shared.expectAccounting()

    const closed = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private' })
    await closed.convert('shared', page(4 * huge - 1))
    await closed.guest.fill(page(1), 0x43)
    await closed.allocate(pages(huge, 1))
    await closed.guest.fill(page(3 * huge), 0x44)
    await closed.expectWhole(pages(0, 3 * huge))
    await closed.expectSplit(pages(3 * huge, huge))
    await closed.expectAccounting()

    await shared.matchesModel()
    await closed.matchesModel()
  },
})
