// S-A20: only the first use zeroes a page: neither the first use by the other side nor a conversion zeroes it again.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a page is zeroed at its first use and never again',
  rules: ['S-A20', 'S-A19', 'S-B13'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })

    await file.host.fill(pages(0, 4), 0x44)
    await file.guest.fill(pages(4, 4), 0x45)
    await file.matchesModel() // each side's first use of pages that the other one wrote

    await file.convert('private', file.all)
    await file.matchesModel()
    await file.convert('shared', file.all)
    await file.matchesModel()
  },
})
