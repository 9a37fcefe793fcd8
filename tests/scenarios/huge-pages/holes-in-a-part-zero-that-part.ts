// S-A30: a hole that covers only a part of a huge page zeroes exactly that part and frees nothing.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a hole in a part of a huge page zeroes only that part and frees nothing',
  rules: ['S-A30', 'S-A33'],
  bugs: ['A-7', 'A-31'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
    const holes = [
      { what: 'in the middle', range: pages(256, 128) },
      { what: 'at the beginning', range: page(0) },
      { what: 'across two huge pages', range: pages(500, 24) },
      { what: 'from one huge page over a second to a third', range: pages(511, 514) },
    ]
    for (const { range } of holes) {
      await file.guest.fill(file.all, 0x5e)
      await file.punchHole(range)
      await file.expectAccounting()
      await file.matchesModel()
    }
    await file.expectWhole(file.all)

    await file.guest.fill(file.all, 0x5f)
    await file.convert('shared', pages(100, 500))
    for (const range of [pages(90, 20), pages(590, 20), pages(505, 519)]) {
      await file.punchHole(range)
      await file.expectAccounting()
      await file.matchesModel()
    }
    await file.expectSplit(pages(0, 1024))
  },
})
