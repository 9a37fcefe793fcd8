// S-A23, S-A24, S-A19: one shared page at any place splits its huge page; contents and frames stay, and the huge page is one page again afterwards.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const places = [
  { what: 'the first page', index: huge },
  { what: 'a page in the middle', index: huge + 255 },
  { what: 'the last page', index: 2 * huge - 1 },
]

export default scenario({
  title: 'one page that becomes shared splits its huge page in place, and its way back merges it',
  rules: ['S-A23', 'S-A24', 'S-A19', 'S-A17'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x51)
    await file.guest.fill(page(huge), 0x52)
    await file.guest.fill(page(2 * huge - 1), 0x53)

    for (const [round, { index }] of places.entries()) {
      await file.convert('shared', page(index))
      await file.expectSplit(pages(huge, huge))
      await file.matchesModel() // the host reads the data of the guest
      await file.host.fill(page(index), 0x60 + round)
      await file.guest.expect(page(index), 0x60 + round)
      await file.expectWhole(pages(0, huge))
      await file.expectWhole(pages(2 * huge, huge))

      await file.convert('private', page(index))
      await file.expectWhole(file.all)
      await file.matchesModel()
    }
    await file.expectAccounting()
  },
})
