// S-A8: pages that nobody has touched can be converted; when they are allocated they have the state that they were given.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the state given to unallocated pages holds when they are allocated',
  rules: ['S-A8', 'S-A16', 'S-A20'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })

    await file.convert('private', pages(2, 10))
    await file.convert('shared', pages(5, 3))

    await file.host.expectSigbus(pages(2, 3))
    await file.host.fill(pages(5, 3), 0x41)
    await file.guest.fill(pages(8, 4), 0x42)
    await file.matchesModel()
  },
})
