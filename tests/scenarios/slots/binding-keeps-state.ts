// S-A14: binding a file to a memslot, deleting the slot and binding it elsewhere change neither state nor contents.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'state and contents are the same before, in and after a memslot',
  rules: ['S-A14', 'S-A18', 'S-A19'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared', slot: false })
    await file.host.fill(file.all, 0x21)
    await file.convert('private', pages(2, 4))

    const first = await file.bind(file.all)
    await first.matchesModel()
    await first.guest.fill(pages(4, 4), 0x22)
    await file.convert('shared', page(5))
    await file.convert('private', page(7))
    await first.unbind()
    await file.matchesModel()

    await file.convert('private', page(0))
    await file.convert('shared', page(2))
    const second = await file.bind(file.all)
    await second.matchesModel()
    await second.guest.fill(file.all, 0x23)
    await file.matchesModel()
  },
})
