// S-A21, S-A9: a forked child has the same pages, not copies, and a conversion unmaps them from the child too.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a forked child sees the same pages and loses those that become private',
  rules: ['S-A21', 'S-A9', 'S-A14', 'S-A16'],
  bugs: ['O-20'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x76)

    const child = await file.fork()
    await child.expect(file.all, 0x76)
    await child.fill(pages(2, 4), 0x77)
    await file.matchesModel()

    await file.convert('private', pages(3, 2))
    await child.expectSigbus(pages(3, 2))
    await child.expect(page(5), 0x77)
    await file.guest.fill(pages(3, 2), 0x78)

    await file.convert('shared', pages(3, 2))
    await child.expect(pages(3, 2), 0x78)
    await file.matchesModel()
  },
})
