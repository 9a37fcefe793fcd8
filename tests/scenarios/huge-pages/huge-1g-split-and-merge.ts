// S-A22, S-A23, S-A24, S-A19: a 1G page is split to 4K and merged to one page in place, and keeps the data at its ends and in its middle.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
/** Ends, middle, and both sides of 2M boundaries. */
const written = [0, 1, 511, 512, huge / 2 - 1, huge / 2, huge - 513, huge - 512, huge - 1]

export default scenario({
  title: 'a 1G page is split and merged in place, and keeps the data at its ends and in its middle',
  rules: ['S-A22', 'S-A23', 'S-A24', 'S-A19', 'S-A20', 'S-A17'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '1G': 1 },
  timeout: 20,
  async run({ memory }) {
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'shared' })
    for (const [position, index] of written.entries()) await file.host.fill(page(index), 0x81 + position)
    await file.expectSplit(file.all)
    const expectWritten = async () => {
      for (const index of written) await file.matchesModel(page(index))
      await file.matchesModel(pages(2, 300))
    }
    await expectWritten()

    await file.convert('private', file.all)
    await file.expectWhole(file.all)
    await expectWritten()
    await file.guest.fill(page(huge / 2), 0x91)

    await file.convert('shared', page(huge / 2))
    await file.expectSplit(file.all)
    await expectWritten()
    await file.host.fill(page(huge / 2), 0x92)
    await file.convert('private', page(huge / 2))
    await file.expectWhole(file.all)
    await expectWritten()
    await file.expectAccounting()
  },
})
