// V-1: without attributes every page is shared: a page comes from the file only while its attribute says so.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'attributes can be set and cleared page by page, in any order, and again',
  rules: ['V-1'],
  needs: ['private-memory', 'vm-attributes'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared', twoMemories: true })
    await file.matchesModel()
    await file.host.fill(file.all, 0x0a)

    for (const index of [0, 15, 7, 6, 8, 1]) await file.convert('private', page(index))
    await file.guest.fill(file.all, 0x0b)
    await file.matchesModel()

    await file.convert('private', pages(4, 8))
    await file.ensure('private', pages(4, 8))
    await file.matchesModel()

    await file.punchHole(pages(6, 4))
    await file.matchesModel()
    await file.convert('shared', file.all)
    await file.matchesModel()
  },
})
