// S-A17, S-A23: when one page becomes shared, the ioctl removes the guest’s huge mapping of its huge page; mappings of the neighbours stay.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a conversion to shared removes the guest’s mapping of its huge page, and no other mapping',
  rules: ['S-A17', 'S-A23', 'S-A11'],
  bugs: ['A-18', 'A-36', 'B-12'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory, check }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private' })
    await file.guest.expect(page(0), 0) // so that the guest's own code is mapped
    await file.punchHole(pages(0, huge))
    const before = await file.guest.mappings()
    const expectHugeMappings = async (wanted: number, when: string) => {
      const { '2M': found } = await file.guest.mappings()
      check.equal(found - before['2M'], wanted, `huge mappings of the guest ${when}`)
    }
    for (let index = 0; index < 4; index += 1) await file.guest.fill(pages(index * huge, huge), 0x41 + index)
    await expectHugeMappings(4, 'at first')

    await file.convert('shared', page(huge + 200))
    await expectHugeMappings(3, 'right after a page became shared')
    await file.host.fill(page(huge + 200), 0x50)
    await file.guest.expect(page(huge + 200), 0x50)
    await file.guest.fill(page(huge + 201), 0x51)
    await expectHugeMappings(3, 'when it uses the split huge page')

    await file.convert('private', page(huge + 200))
    await expectHugeMappings(3, 'right after the merge')
    await file.guest.expect(page(huge + 200), 0x50)
    await expectHugeMappings(4, 'when it uses the merged huge page')

    await file.convert('shared', page(huge))
    await file.convert('private', pages(0, 3 * huge))
    await expectHugeMappings(3, 'after a range of which only one page was not private yet')
    await file.guest.expect(page(huge + 200), 0x50)

    await file.convert('shared', pages(2 * huge - 1, huge + 2))
    await expectHugeMappings(1, 'after a range that touches three huge pages')
    await file.matchesModel()
    await expectHugeMappings(1, 'in the end')
  },
})
