// S-A8, S-A22: the conversion of unallocated huge pages records the state and allocates nothing; the first touch creates the right layout.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'unallocated huge pages are converted, and get their layout at the first touch',
  rules: ['S-A8', 'S-A22', 'S-A34', 'S-A36'],
  bugs: ['O-2'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 8 },
  async run({ memory }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private' })
    await file.convert('shared', pages(5, 3 * huge))
    await file.convert('private', pages(huge, huge))
    await file.convert('private', page(2 * huge + 9))
    await file.expectAccounting() // nothing is allocated

    await file.expectSplit(pages(0, huge))
    await file.expectWhole(pages(huge, huge))
    await file.expectSplit(pages(2 * huge, 2 * huge))
    await file.matchesModel()
    await file.expectAccounting()

    const untouched = await memory({ pages: 2 * huge, hugePages: '2M', initially: 'shared' })
    for (const state of ['private', 'shared', 'private'] as const) {
      await untouched.convert(state, untouched.all)
      await untouched.ensure(state, pages(huge, huge))
      await untouched.ensure(state, page(0))
    }
    await untouched.expectAccounting()
    await untouched.expectWhole(untouched.all)
    await untouched.matchesModel()
  },
})
