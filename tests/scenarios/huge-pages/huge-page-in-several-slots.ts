// S-A6, S-A17: a slot may contain a part of a huge page: the guest must not get a mapping of the rest.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a slot with a part of a huge page has no huge mapping of it, and takes part in conversions',
  rules: ['S-A6', 'S-A17', 'S-A18', 'S-A23', 'S-A24'],
  bugs: ['O-17'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 3 },
  async run({ memory, check }) {
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private', slot: false })
    // The first ends in the middle of the second huge page, the second begins there.
    const front = await file.bind(pages(0, huge + 100))
    const back = await file.bind(pages(huge + 100, 2 * huge - 100))
    const before = await front.guest.mappings()
    await front.guest.fill(pages(0, huge + 100), 0x31)
    await back.guest.fill(pages(huge + 100, 2 * huge - 100), 0x32)
    const after = await front.guest.mappings()
    check.equal(after['2M'] - before['2M'], 2, 'huge mappings of the first and the third huge page')
    check.that(after['4K'] - before['4K'] >= huge, 'the second huge page is mapped by 4K')

    await file.convert('shared', pages(huge + 99, 2))
    await file.matchesModel()
    await file.host.fill(page(huge + 99), 0x33)
    await file.host.fill(page(huge + 100), 0x34)
    await front.matchesModel()
    await back.matchesModel()
    const split = await front.guest.mappings()
    check.equal(split['2M'] - before['2M'], 2, 'huge mappings of the neighbours when the second is split')

    await file.convert('private', pages(huge + 99, 2))
    await front.matchesModel()
    await back.matchesModel()
    await file.matchesModel()
  },
})
