// S-A27: a whole huge page has freed its struct pages; a split allocates them and a merge frees them again, every time.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const hugePages = 4
/** HVO frees 7 of the 8 pages of struct pages of a 2M page. */
const savedPerHugePage = 7

export default scenario({
  title: 'a split restores struct pages and a merge frees them, every time',
  rules: ['S-A27', 'S-A23', 'S-A24'],
  bugs: ['A-5'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'memmap-counters'],
  pools: { '2M': hugePages },
  boot: ['hvo'],
  async run({ memory, kernelMemory, check }) {
    const { structPages } = await kernelMemory()
    const expectStructPages = async (split: number, when: string) => {
      const found = (await kernelMemory()).structPages - structPages
      check.equal(found, split * savedPerHugePage, `pages of struct page more than before, ${when}`)
    }
    const file = await memory({ pages: hugePages * huge, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0xc1)
    await expectStructPages(0, 'all being whole')

    for (let round = 0; round < 4; round += 1) {
      await file.convert('shared', page(3))
      await expectStructPages(1, 'one being split')
      await file.convert('shared', file.all)
      await expectStructPages(hugePages, 'all being split')
      await file.host.fill(pages(round, 1), 0xc2 + round)
      await file.convert('private', file.all)
      await expectStructPages(0, 'all being merged')
    }
    await file.expectWhole(file.all)
    await file.convert('shared', file.all)
    await file.expectSplit(file.all)
    await file.matchesModel()
    await file.punchHole(file.all)
    await expectStructPages(0, 'all being free')
  },
})
