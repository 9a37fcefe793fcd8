// S-A1: a range that begins at page 0 has no left neighbour; looking for one must not wrap round to the end of the file.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'conversions at the beginning of the file stay there',
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
