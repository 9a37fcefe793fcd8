// S-A19: one conversion makes the whole file private, one makes it shared again, and the contents stay.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the whole file can be converted at once, and back',
  rules: ['S-A19', 'S-A16', 'S-A1'],
  async run({ memory }) {
    const file = await memory({ pages: 32, initially: 'shared' })
    for (const block of [0, 1, 2, 3]) await file.host.fill(pages(8 * block, 8), 0x40 + block)

    await file.convert('private', file.all)
    await file.matchesModel()
    await file.guest.fill(page(31), 0x3f)
    await file.convert('shared', file.all)
    await file.matchesModel()
  },
})
