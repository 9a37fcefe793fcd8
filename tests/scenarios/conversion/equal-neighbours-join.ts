// S-B12: a range that becomes equal to its left, its right or both neighbours joins them, and what has joined can be split anywhere.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a converted range joins equal neighbours on either side and can be split again',
  rules: ['S-B12', 'S-A1', 'S-A16'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 24, initially: 'shared' })
    await file.host.fill(file.all, 0x35)

    await file.convert('private', pages(4, 4))
    await file.convert('private', pages(8, 3)) // joins what ends at its left
    await file.matchesModel()

    await file.convert('private', pages(16, 4))
    await file.convert('private', pages(14, 2)) // joins what begins at its right
    await file.matchesModel()

    await file.convert('private', pages(11, 3)) // closes the gap
    await file.matchesModel()

    await file.convert('shared', pages(7, 2)) // across a border that was joined
    await file.convert('shared', pages(15, 1))
    await file.matchesModel()
  },
})
