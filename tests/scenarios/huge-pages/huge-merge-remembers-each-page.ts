// S-A20, S-A24: a merge knows for each page whether it was touched: touched pages keep their data, the others read as zero and show no data of the last user.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a merge keeps the touched pages of a huge page, and the rest reads as zero',
  rules: ['S-A20', 'S-A19', 'S-A24'],
  bugs: ['O-7', 'A-40'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory, pools }) {
    await pools.poison('2M', 0xdd)
    // In the first huge page, the first page is touched alone; in the second, all but the first and a few others.
    const file = await memory({ pages: 2 * huge, hugePages: '2M', initially: 'shared' })
    await file.host.fill(page(0), 0xb1)
    await file.host.fill(page(huge + 77), 0xb2)
    await file.host.fill(page(2 * huge - 1), 0xb3)

    await file.convert('private', file.all)
    await file.guest.expect(pages(1, huge - 1), 0)
    await file.guest.expect(page(huge + 77), 0xb2)
    await file.expectWhole(file.all)
    await file.matchesModel()

    await file.convert('shared', pages(50, huge))
    await file.matchesModel()
    await file.convert('private', file.all)
    await file.expectWhole(file.all)
    await file.matchesModel()
  },
})
