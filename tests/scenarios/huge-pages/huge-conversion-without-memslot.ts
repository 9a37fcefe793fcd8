// S-A14, S-A23, S-A24: huge pages are split and merged before any guest sees them, and a guest that comes later finds that layout.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'huge pages of a file in no memslot are converted, and a later guest finds the new layout',
  rules: ['S-A14', 'S-A16', 'S-A19', 'S-A17'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory, check }) {
    for (const initially of ['shared', 'private'] as const) {
      const file = await memory({ pages: 2 * huge, hugePages: '2M', initially, slot: false })
      await file.ensure('shared', pages(0, huge))
      await file.host.fill(pages(0, huge), 0x33)
      await file.convert('private', file.all)
      await file.host.expectSigbus(file.all)
      await file.convert('shared', page(2 * huge - 1))
      await file.matchesModel()
      await file.expectAccounting()

      const slot = await file.bind(file.all)
      const before = await slot.guest.mappings()
      await slot.matchesModel(page(0))
      await slot.matchesModel(page(huge))
      const after = await slot.guest.mappings()
      check.equal(
        after['2M'] - before['2M'],
        1,
        'huge pages that the guest has as one page, of one merged and one split',
      )
      await slot.matchesModel()
    }
  },
})
