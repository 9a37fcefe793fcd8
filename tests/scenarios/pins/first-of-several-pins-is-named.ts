// S-A9: error_offset names the first pinned page of the range; pinned pages outside the range do not count.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'error_offset names the first of several pinned pages in the range',
  rules: ['S-A9', 'S-A12', 'S-B4'],
  needs: ['in-place-conversion', 'gup-test'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.host.fill(file.all, 0x67)

    await file.pin(page(11), 'gup-test')
    await file.pin(page(6), 'vmsplice')
    await file.pin(page(1), 'vmsplice')

    await file.expectRefusal('private', pages(2, 12), 'EAGAIN', 6)
    await file.expectRefusal('private', pages(7, 9), 'EAGAIN', 11)
    await file.convert('private', pages(2, 4))
    await file.expectRefusal('private', pages(2, 14), 'EAGAIN', 6)
    await file.matchesModel()
  },
})
