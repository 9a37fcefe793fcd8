// S-A20, S-A33: a page that is freed and allocated again is a new page in the old state: it reads as zero without its earlier contents.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'pages that were freed and allocated again read as zero and keep their state',
  rules: ['S-A20', 'S-A33'],
  bugs: ['A-40'],
  async run({ memory }) {
    const file = await memory({ pages: 12, initially: 'shared' })
    await file.host.fill(file.all, 0x46)
    await file.convert('private', pages(6, 6))

    await file.punchHole(pages(4, 4))
    await file.matchesModel()
    await file.guest.fill(pages(4, 4), 0x47)

    await file.punchHole(pages(5, 2))
    await file.allocate(pages(5, 2))
    await file.convert('shared', page(6))
    await file.matchesModel()

    await file.punchHole(pages(8, 3)) // private pages alone, which the guest has mapped
    await file.matchesModel()
  },
})
