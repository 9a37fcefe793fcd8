// S-A30, S-A33: a hole frees the huge pages that it contains, split or whole; new ones replace them in the same state.
import { page, pages, scenario, type PageRange } from '../../../harness/api.ts'

/** A huge page of the file. */
function unit(index: number): PageRange {
  return pages(index * 512, 512)
}

export default scenario({
  title: 'a hole frees whole huge pages, split or not; new ones read as zero and keep the state',
  rules: ['S-A30', 'S-A33', 'S-A22', 'S-A20'],
  bugs: ['A-40', 'O-13'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 4 * 512, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x5d)
    await file.convert('shared', page(600))
    await file.convert('shared', unit(2))

    await file.punchHole(pages(512, 1024))
    await file.expectAccounting()
    await file.matchesModel()
    await file.expectWhole(unit(0))
    await file.expectSplit(pages(512, 1024))
    await file.expectWhole(unit(3))

    await file.punchHole(unit(0))
    await file.expectAccounting()
    await file.convert('shared', page(511))
    await file.convert('private', pages(512, 512))
    await file.expectAccounting()
    await file.expectSplit(unit(0))
    await file.expectWhole(unit(1))
    await file.matchesModel()
  },
})
