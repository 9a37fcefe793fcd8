// S-A20: a page without a write reads as zero for host and guest, with either side first and after any number of conversions.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'unwritten pages read as zero on both sides',
  rules: ['S-A20', 'S-A8'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })

    await file.convert('private', pages(8, 8))
    await file.guest.expect(pages(12, 4), 0)
    await file.guest.expect(pages(0, 4), 0)
    await file.host.expect(pages(4, 4), 0)

    await file.convert('shared', pages(10, 4)) // half of them allocated by the guest
    await file.host.expect(pages(10, 4), 0)
    await file.matchesModel()
  },
})
