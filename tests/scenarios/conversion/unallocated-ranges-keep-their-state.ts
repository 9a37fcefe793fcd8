// S-A8: untouched pages can be converted, and have the given state after their allocation.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'unallocated pages keep the state they were given when they are allocated',
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
