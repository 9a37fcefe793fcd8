// S-A20: a merge of a 1G page knows which pages were touched: it keeps them, and shows no data of the last user of the pool.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
const small = pagesPerHugePage('2M')
const cases = [
  { touched: pages(0, small), others: [small, huge / 2, huge - 1] },
  { touched: page(huge / 2 + 3), others: [0, 1, small - 1, huge / 2 + 2, huge - 1] },
]

export default scenario({
  title: 'a merged 1G page keeps the touched pages, and the rest reads as zero',
  rules: ['S-A20', 'S-A19', 'S-A24'],
  bugs: ['O-7', 'A-40'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '1G': 1 },
  timeout: 30,
  async run({ memory, pools }) {
    await pools.poison('1G', 0xdd)
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'shared' })
    for (const { touched, others } of cases) {
      await file.host.fill(touched, 0xb1)
      await file.convert('private', file.all)
      await file.guest.expect(touched, 0xb1)
      for (const index of others) await file.guest.expect(page(index), 0)
      await file.convert('shared', pages(0, huge))
      for (const range of [touched, ...others.map((index) => page(index))]) await file.matchesModel(range)
      // The next case gets a huge page with the data of this case and of earlier users.
      await file.host.fill(pages(huge / 2, 8), 0xee)
      await file.host.fill(pages(0, 2), 0xee)
      await file.host.fill(page(huge - 1), 0xee)
      await file.punchHole(file.all)
    }
  },
})
