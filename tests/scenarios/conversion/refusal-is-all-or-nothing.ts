// S-A9, S-A13: one pinned page refuses the whole range: the pages before it stay shared and keep their data, in one run or in several.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a refused conversion converts nothing, and all its pages can be used as before',
  rules: ['S-A9', 'S-A13', 'S-A19', 'S-B4'],
  needs: ['in-place-conversion', 'gup-test'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.host.fill(file.all, 0x63)
    await file.convert('private', pages(4, 2)) // the refused range has three runs of alternating state
    await file.guest.fill(pages(2, 6), 0x64)

    await file.pin(page(10), 'gup-test')
    await file.expectRefusal('private', pages(1, 14), 'EAGAIN', 10)

    await file.matchesModel()
    await file.host.fill(pages(1, 3), 0x65)
    await file.guest.fill(pages(8, 4), 0x66)
    await file.matchesModel()
  },
})
