// S-A9, S-A13, S-A24: a pinned page in one of several huge pages refuses the whole range, error_offset names it, and no huge page is merged.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const pinned = 2 * huge + 300

export default scenario({
  title: 'error_offset names a pin in one of several huge pages, and the refusal splits and merges none',
  rules: ['S-A9', 'S-A12', 'S-A13', 'S-A19', 'S-A23', 'S-A24'],
  bugs: ['A-21'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'gup-test'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'shared' })
    await file.host.fill(file.all, 0x71)
    await file.convert('private', pages(huge, huge))
    const pin = await file.pin(page(pinned), 'gup-test')

    for (const range of [file.all, pages(100, 3 * huge), page(pinned), pages(pinned - 1, huge)]) {
      await file.expectRefusal('private', range, 'EAGAIN', pinned)
    }
    await file.expectSplit(pages(0, huge))
    await file.expectWhole(pages(huge, huge))
    await file.expectSplit(pages(2 * huge, 2 * huge))
    await file.matchesModel()

    // The pin does not affect the rest of that huge page or any other one.
    await file.convert('private', pages(0, pinned))
    await file.convert('private', pages(pinned + 1, 4 * huge - pinned - 1))
    await file.convert('shared', pages(pinned - 1, 3))
    await file.host.fill(pages(pinned - 1, 3), 0x72)
    await file.convert('private', page(pinned - 1))
    await file.convert('private', page(pinned + 1))
    await file.expectRefusal('private', pages(2 * huge, huge), 'EAGAIN', pinned)
    await file.expectSplit(pages(2 * huge, huge))

    await pin.release()
    await file.convert('private', file.all)
    await file.expectWhole(file.all)
    await file.matchesModel()
  },
})
