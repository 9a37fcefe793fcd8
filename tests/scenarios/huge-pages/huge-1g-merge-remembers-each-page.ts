// S-A20: of a 1G page, too, a merge knows which pages were touched: those stay, and of the pool's last user nothing is to be seen.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
const cases = [
  { what: 'the first page', touched: 0, others: [1, 511, huge / 2, huge - 1] },
  { what: 'a page in the middle', touched: huge / 2 + 3, others: [0, 1, huge / 2 + 2, huge - 1] },
]

export default scenario({
  title: 'a 1G page of which one page was touched keeps that when it is merged, and the rest is zero',
  rules: ['S-A20', 'S-A19', 'S-A24'],
  bugs: ['O-7', 'A-40'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '1G': 1 },
  timeout: 30,
  async run({ memory, pools }) {
    await pools.poison('1G', 0xdd)
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'shared' })
    for (const { touched, others } of cases) {
      await file.host.fill(page(touched), 0xb1)
      await file.convert('private', file.all)
      await file.guest.expect(page(touched), 0xb1)
      for (const index of others) await file.guest.expect(page(index), 0)
      await file.convert('shared', pages(0, huge))
      for (const index of [touched, ...others]) await file.matchesModel(page(index))
      // What the next case gets back is what this one, and who was before it, left there.
      await file.host.fill(pages(huge / 2, 8), 0xee)
      await file.host.fill(pages(0, 2), 0xee)
      await file.host.fill(page(huge - 1), 0xee)
      await file.punchHole(file.all)
    }
  },
})
