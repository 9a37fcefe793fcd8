// S-A18: KVM_PRE_FAULT_MEMORY maps shared and private pages into the guest, zeroed as by any first use.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'pages of either state can be faulted in before the guest runs',
  rules: ['S-A18', 'S-A20', 'S-A17'],
  needs: ['in-place-conversion', 'pre-fault', 'binary-stats'],
  async run({ memory, check }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.host.fill(pages(2, 2), 0x75)
    await file.convert('private', pages(8, 8))
    const mapped = await file.guest.mappedPages()

    await file.preFault(pages(0, 12))

    check.equal(await file.guest.mappedPages(), mapped + 12, 'pages in the page tables of the guest')
    await file.matchesModel()
  },
})
