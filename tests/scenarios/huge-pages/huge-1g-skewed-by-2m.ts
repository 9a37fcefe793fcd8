// S-A6, S-A17: a slot that is skewed by a multiple of 2M maps a private 1G page by 2M at most, and by 4K while any page of it is shared.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
const small = pagesPerHugePage('2M')

export default scenario({
  title: 'a 1G page in a slot that is skewed by 2M is mapped by 2M, and by 4K while any page of it is shared',
  rules: ['S-A6', 'S-A17', 'S-A18', 'S-A23'],
  bugs: ['A-18'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats'],
  pools: { '1G': 1 },
  timeout: 20,
  async run({ memory, check }) {
    const file = await memory({ pages: huge, hugePages: '1G', initially: 'private', slot: false })
    const slot = await file.bind(file.all, { skewedBy: small })
    const before = await slot.guest.mappings()
    const expectMappings = async (wanted: readonly [number, number], when: string) => {
      const { '2M': two, '1G': one } = await slot.guest.mappings()
      check.equal([two - before['2M'], one - before['1G']], wanted, `mappings of 2M and 1G ${when}`)
    }
    await slot.guest.fill(page(3), 0xc1)
    await slot.guest.fill(page(huge - 1), 0xc2)
    await expectMappings([2, 0], 'of a 1G page that is private')

    await file.convert('shared', page(4))
    await slot.guest.fill(page(huge - 2), 0xc3)
    await slot.guest.fill(page(9 * small), 0xc4)
    await file.host.expect(page(4), 0)
    await slot.matchesModel(pages(0, 10))
    await slot.matchesModel(pages(huge - 4, 4))
    await expectMappings([0, 0], 'of a 1G page that is split')

    await file.convert('private', page(4))
    await slot.matchesModel(pages(0, 10))
    await slot.matchesModel(pages(huge - 4, 4))
    await slot.matchesModel(page(9 * small))
    // Other mappings of the guest stay: only the converted page was unmapped.
    await expectMappings([1, 0], 'of a 1G page that is merged')
  },
})
