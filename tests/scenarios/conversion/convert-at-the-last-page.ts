// S-A1: a range that ends with the file has no right neighbour, and its last page is converted too.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion at the end of the file includes the last page',
  rules: ['S-A1', 'S-A16'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x34)

    await file.convert('private', page(7))
    await file.matchesModel()
    await file.convert('private', pages(5, 3))
    await file.matchesModel()
    await file.convert('shared', page(7))
    await file.matchesModel()
    await file.convert('shared', pages(5, 3))
    await file.matchesModel()
  },
})
