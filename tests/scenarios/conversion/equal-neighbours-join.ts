// S-B12: a range that gets the state of its left, its right or both neighbours joins them, and a joined range can be split anywhere.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a converted range joins equal neighbours on either side and can be split again',
  rules: ['S-B12', 'S-A1', 'S-A16'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 24, initially: 'shared' })
    await file.host.fill(file.all, 0x35)

    await file.convert('private', pages(4, 4))
    await file.convert('private', pages(8, 3)) // joins its left neighbour
    await file.matchesModel()

    await file.convert('private', pages(16, 4))
    await file.convert('private', pages(14, 2)) // joins its right neighbour
    await file.matchesModel()

    await file.convert('private', pages(11, 3)) // closes the gap
    await file.matchesModel()

    await file.convert('shared', pages(7, 2)) // across a border that was joined
    await file.convert('shared', pages(15, 1))
    await file.matchesModel()
  },
})
