// S-A1: a range that starts at page 0 has no left neighbour: the search for a neighbour must not wrap around to the end of the file.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion at the start of the file converts no page at its end',
  rules: ['S-A1', 'S-A16'],
  bugs: ['B-3'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x33)

    await file.convert('private', page(0))
    await file.matchesModel()
    await file.convert('private', pages(0, 3))
    await file.matchesModel()
    await file.convert('shared', page(0))
    await file.matchesModel()
    await file.convert('shared', pages(0, 3))
    await file.matchesModel()
  },
})
