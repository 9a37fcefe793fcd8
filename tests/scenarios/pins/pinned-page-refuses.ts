// S-A9: a pinned page cannot become private: EAGAIN, and error_offset names it.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a pinned page is refused with EAGAIN, and error_offset names it',
  rules: ['S-A9', 'S-A12', 'S-B4'],
  bugs: ['A-21'],
  needs: ['in-place-conversion', 'gup-test'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x61)

    for (const index of [0, 3, 7]) {
      const pin = await file.pin(page(index), 'gup-test')
      await file.expectRefusal('private', page(index), 'EAGAIN', index)
      await file.expectRefusal('private', file.all, 'EAGAIN', index)
      await file.matchesModel()
      await pin.release()
    }
    await file.convert('private', pages(3, 5))
    await file.matchesModel()
  },
})
