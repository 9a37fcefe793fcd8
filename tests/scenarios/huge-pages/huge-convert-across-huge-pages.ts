// S-A7, S-A23, S-A24: a range may start and end anywhere in huge pages of any state: afterwards the layout of each follows from its own pages.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a conversion across huge pages of mixed states splits and merges each of them correctly',
  rules: ['S-A7', 'S-A23', 'S-A24', 'S-A19', '2.2-alignment'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private' })
    for (let index = 0; index < 4; index += 1) await file.guest.fill(pages(index * huge, huge), 0x10 + index)
    await file.convert('shared', pages(huge, huge))
    await file.convert('shared', pages(2 * huge + 100, 10))

    // From the middle of a whole huge page to the middle of the last one, across two that are split already.
    await file.convert('shared', pages(300, 3 * huge + 7 - 300))
    await file.expectSplit(file.all)
    await file.matchesModel()
    await file.host.fill(pages(2 * huge - 3, 6), 0x20)

    // Shared pages at both ends keep the outer two split; the two between them are merged.
    await file.convert('private', pages(301, 3 * huge + 6 - 301))
    await file.expectSplit(pages(0, huge))
    await file.expectWhole(pages(huge, 2 * huge))
    await file.expectSplit(pages(3 * huge, huge))
    await file.matchesModel()

    // From page 0 on: the whole one between two split ones is split, the last stays as it was.
    await file.convert('shared', pages(0, huge + 1))
    await file.expectSplit(pages(0, 2 * huge))
    await file.expectWhole(pages(2 * huge, huge))
    await file.convert('private', pages(0, 2 * huge))
    await file.expectWhole(pages(0, 3 * huge))
    await file.expectSplit(pages(3 * huge, huge))
    await file.convert('private', page(3 * huge + 6))
    await file.expectWhole(file.all)
    await file.matchesModel()
    await file.expectAccounting()
  },
})
