// S-A23, S-A24, S-A25: one conversion of a whole file splits or merges all its huge pages before it returns.
import { pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'the conversion of a whole file splits or merges all its huge pages, and the contents stay',
  rules: ['S-A23', 'S-A24', 'S-A25', 'S-A19', 'S-A16'],
  bugs: ['A-27'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'shared' })
    await file.host.fill(file.all, 0x81)
    for (let round = 0; round < 3; round += 1) {
      await file.convert('private', file.all)
      await file.expectWhole(file.all)
      await file.guest.expect(file.all, 0x81 + round)
      await file.guest.fill(pages(round * huge, huge), 0x90)
      await file.guest.fill(file.all, 0x82 + round)

      await file.convert('shared', file.all)
      await file.expectSplit(file.all)
      await file.host.expect(file.all, 0x82 + round)
    }
    // They are merged each time, also without an access in between.
    for (let round = 0; round < 12; round += 1) {
      await file.convert('private', file.all)
      await file.convert('shared', file.all)
    }
    await file.convert('private', file.all)
    await file.expectWhole(file.all)
    await file.matchesModel()
    await file.expectAccounting()
  },
})
