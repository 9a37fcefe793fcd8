// S-A8: a range in which only some pages are allocated converts as a whole, whichever of its pages those are.
import { page, pages, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'a range with holes between its allocated pages converts as a whole',
  rules: ['S-A8', 'S-A19', 'S-A20'],
  async run({ memory }) {
    for (const allocated of [2, 5, 9]) {
      const file = await memory({ pages: 12, initially: 'shared' })
      await file.host.fill(page(allocated), 0x43)

      await file.convert('private', pages(2, 8))
      await file.matchesModel()
      await file.convert('shared', file.all)
      await file.matchesModel()
    }
  },
})
