// S-A19: each side reads after a conversion the data that the other side wrote before it, in both directions.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'contents survive conversion in both directions',
  rules: ['S-A19', 'S-A16', 'S-B7'],
  bugs: ['B-22'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })

    await file.host.fill(pages(2, 3), 0xaa)
    await file.convert('private', pages(2, 3))
    await file.guest.expect(pages(2, 3), 0xaa)
    await file.host.expectSigbus(pages(2, 3))

    await file.guest.fill(page(3), 0xcc)
    await file.convert('shared', pages(2, 3))
    await file.host.expect(page(3), 0xcc)
    await file.matchesModel()
  },
})
