// S-A8, S-A22, S-A24: a conversion over huge pages of which only some are allocated treats each of them correctly.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a range with unallocated huge pages is converted as a whole: those get their layout when touched',
  rules: ['S-A8', 'S-A22', 'S-A23', 'S-A24', 'S-A20'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 5 },
  async run({ memory }) {
    const file = await memory({ pages: 5 * huge, hugePages: '2M', initially: 'private' })
    await file.guest.fill(page(huge + 3), 0xa1)
    await file.guest.fill(page(3 * huge + 3), 0xa2)

    await file.convert('shared', pages(2, 5 * huge - 4))
    await file.expectSplit(pages(huge, huge))
    await file.expectSplit(pages(3 * huge, huge))
    await file.host.fill(page(4 * huge), 0xa3)
    await file.expectAccounting() // three of five are allocated

    await file.convert('private', pages(0, 4 * huge + 1))
    await file.expectAccounting()
    await file.expectWhole(pages(0, 4 * huge))
    await file.expectSplit(pages(4 * huge, huge))
    await file.matchesModel()
    await file.expectAccounting()
  },
})
