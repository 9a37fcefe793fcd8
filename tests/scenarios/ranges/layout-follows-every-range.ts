// K-ranges, S-A23, S-A24: when any range of a file of huge pages becomes shared, exactly the huge pages that it touches are split, and no other one.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const end = 3 * huge
/** Each with the units that it touches. */
const ranges = [
  { range: pages(huge - 1, 2), split: [0, 2] },
  { range: pages(huge, huge), split: [1, 2] },
  { range: pages(huge + 188, end - huge - 188), split: [1, 3] },
  { range: page(end - 1), split: [2, 3] },
] as const

export default scenario({
  title: 'exactly the huge pages that a range touches are split, and merged when it is private again',
  rules: ['K-ranges', 'S-A22', 'S-A23', 'S-A24', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory }) {
    const file = await memory({ pages: end, hugePages: '2M', initially: 'private' })
    for (const { range, split } of ranges) {
      const [first, behind] = [split[0] * huge, split[1] * huge]
      await file.convert('shared', range)
      await file.expectSplit(pages(first, behind - first))
      for (const whole of [pages(0, first), pages(behind, end - behind)]) {
        if (whole.count > 0) await file.expectWhole(whole)
      }
      await file.convert('private', range)
    }
    await file.expectWhole(file.all)
    await file.expectAccounting()
  },
})
