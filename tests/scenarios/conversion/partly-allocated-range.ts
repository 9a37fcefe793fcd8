// S-A8: a range of which only some pages are allocated converts as a whole, with any choice of these pages.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a range with unallocated pages between its allocated ones converts as a whole',
  rules: ['S-A8', 'S-A19', 'S-A20'],
  async run({ memory }) {
    const file = await memory({ pages: 24, initially: 'shared' })
    for (const allocated of [0, 10, 11, 23]) await file.host.fill(page(allocated), 0x43) // first, inside, last

    await file.convert('private', pages(0, 8))
    await file.convert('private', pages(8, 8))
    await file.convert('private', pages(16, 8))
    await file.matchesModel()
    await file.convert('shared', file.all)
    await file.matchesModel()
  },
})
