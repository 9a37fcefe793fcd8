// S-A10: a conversion to shared checks no references: a range with a pinned page becomes shared, and exactly this range is unmapped from the guest.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a pinned page does not refuse a conversion to shared, and exactly the range leaves the guest',
  rules: ['S-A10', 'S-A7', 'S-A19', 'S-B6'],
  needs: ['in-place-conversion', 'gup-test', 'binary-stats'],
  async run({ memory, check }) {
    const file = await memory({ pages: 16, initially: 'private' })
    await file.guest.fill(file.all, 0x6b)
    const mapped = await file.guest.mappedPages()

    await file.convert('shared', page(6))
    check.equal(await file.guest.mappedPages(), mapped - 1, 'pages in the page tables of the guest')
    await file.pin(page(6), 'gup-test')

    await file.convert('shared', pages(4, 5))
    check.equal(await file.guest.mappedPages(), mapped - 5, 'pages in the page tables of the guest')
    await file.matchesModel()
  },
})
