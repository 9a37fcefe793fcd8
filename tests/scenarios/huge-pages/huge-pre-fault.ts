// S-A17, S-A20: KVM_PRE_FAULT_MEMORY maps the same pages as an access of the guest: one page for a whole huge page, 4K pages for a split one.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'pre-faulting maps a whole huge page as one page and a split one by 4K, and zeroes both',
  rules: ['S-A17', 'S-A20', 'S-A22'],
  bugs: ['B-11'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pre-fault'],
  pools: { '2M': 3 },
  async run({ memory, pools, check }) {
    await pools.poison('2M', 0xdd)
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private' })
    await file.convert('shared', page(huge + 1))
    await file.guest.expect(page(0), 0) // so that the guest's own code is mapped
    const before = await file.guest.mappings()

    await file.preFault(pages(huge, 2 * huge))
    const after = await file.guest.mappings()
    const found = { '4K': after['4K'] - before['4K'], '2M': after['2M'] - before['2M'] }
    check.equal(found, { '4K': huge, '2M': 1 }, 'mappings of a huge page that is split and one that is whole')
    await file.matchesModel()
    check.equal((await file.guest.mappings())['2M'], after['2M'], 'huge mappings after the guest used them')
    await file.expectAccounting()
  },
})
