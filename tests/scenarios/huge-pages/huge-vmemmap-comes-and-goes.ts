// S-A27: a huge page that is whole has given its struct pages back; a split needs them, a merge gives them back again, however often.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const hugePages = 4
/** Of 8 pages of struct page for 2M, 7 are given back. */
const savedPerHugePage = 7

export default scenario({
  title: 'struct pages are restored by a split and given back by a merge, however often',
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
