// S-A14, S-A21, S-A9: a second mapping, a child and a duplicate reach the same split huge page: they see it, convert it, and lose it.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'all mappings, children and duplicates share a split huge page, and lose it in a merge',
  rules: ['S-A14', 'S-A21', 'S-A9', 'S-A16', 'S-A24'],
  bugs: ['O-20'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 2 },
  async run({ memory }) {
    const file = await memory({ pages: 2 * huge, hugePages: '2M', initially: 'shared' })
    await file.host.fill(file.all, 0x21)
    const child = await file.fork()
    const second = await file.mapAgain()
    const duplicate = await file.duplicate()
    await child.fill(page(1), 0x22)
    await second.fill(page(2), 0x23)
    await duplicate.host.fill(page(3), 0x24)
    await file.matchesModel()

    await duplicate.convert('private', pages(2, huge - 2))
    await file.expectSplit(pages(0, huge))
    for (const view of [child, second, duplicate.host]) {
      await view.expectSigbus(pages(2, huge - 2))
      await view.expect(page(1), 0x22)
    }
    await file.convert('private', file.all) // although a child and two mappings map it
    await file.expectWhole(file.all)
    for (const view of [child, second, duplicate.host]) await view.expectSigbus(file.all)
    await file.guest.fill(page(huge + 5), 0x25)

    await duplicate.convert('shared', page(huge + 5))
    for (const view of [child, second, duplicate.host]) {
      await view.expect(page(huge + 5), 0x25)
      await view.expectSigbus(pages(huge + 6, 3))
    }
    await file.expectSplit(pages(huge, huge))
    await file.matchesModel()
  },
})
