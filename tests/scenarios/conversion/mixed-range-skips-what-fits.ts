// S-A7: in a mixed range only the pages in the other state are unmapped and checked; the others stay mapped and keep their data.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title:
    'in a mixed range, pages that already have the wanted state keep their data, and their mappings if the dialect says so',
  rules: ['S-A7', 'S-A10', 'S-A19', 'S-B8'],
  bugs: ['B-12'],
  needs: ['in-place-conversion', 'gup-test', 'binary-stats'],
  async run({ memory, uapi, check }) {
    const file = await memory({ pages: 12, initially: 'shared' })
    await file.convert('private', pages(4, 4))
    await file.guest.fill(file.all, 0x52)
    const { keepsMappingsInMixedRange } = uapi.expects
    let mapped = await file.guest.mappedPages()
    const expectLost = async (wanted: number): Promise<void> => {
      const found = await file.guest.mappedPages()
      if (keepsMappingsInMixedRange) check.equal(found, mapped - wanted, 'pages in the page tables of the guest')
      else check.between(found, 0, mapped - wanted, 'pages in the page tables of the guest')
    }

    await file.convert('private', pages(2, 8)) // 4 of which are private
    await expectLost(4)
    await file.matchesModel()

    await file.pin(page(1), 'gup-test')
    mapped = await file.guest.mappedPages()
    await file.convert('shared', pages(0, 6)) // 2 of which are shared
    await expectLost(4)
    await file.matchesModel()
  },
})
