// S-A32: at 4K a hole ignores references: the file gets a new page, and the holder of the pin keeps the old one.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a hole over a pinned 4K page succeeds, and the file gets a new page there',
  rules: ['S-A32', 'S-A20', 'S-A33'],
  needs: ['in-place-conversion', 'gup-test'],
  async run({ memory }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    await file.host.fill(file.all, 0x51)
    await using pinned = await file.pin(page(1), 'gup-test')

    await file.punchHole(pages(0, 3))
    await file.matchesModel()
    await file.convert('private', page(1))
    await file.guest.expect(page(1), 0)
    await pinned.release()
    await file.matchesModel()
  },
})
