// S-A20: a huge page is split, merged and split again without an access in between: written data survives, and the rest reads as zero.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'merging and splitting again without an access neither loses data nor shows old memory',
  rules: ['S-A20', 'S-A19'],
  bugs: ['O-7', 'A-40'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory, pools }) {
    for (const touched of [0, 1, 300]) {
      await pools.poison('2M', 0xdd)
      const file = await memory({ pages: huge, hugePages: '2M', initially: 'shared' })
      await file.host.fill(page(touched), 0xb8)
      for (let round = 0; round < 2; round += 1) {
        await file.convert('private', file.all)
        await file.convert('shared', file.all)
      }
      await file.host.expect(page(touched), 0xb8)
      await file.host.fill(page(touched + 2), 0xb9)
      await file.convert('private', file.all)
      await file.convert('shared', pages(touched, 2))
      await file.matchesModel()
      await file.punchHole(file.all)
    }
  },
})
