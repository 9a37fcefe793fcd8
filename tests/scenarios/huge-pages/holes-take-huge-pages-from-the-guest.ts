// S-A30: what the guest has mapped of a huge page, as a whole or in parts, is taken from it when a hole frees that page.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a guest that has huge pages mapped finds new ones after a hole, not those that were freed',
  rules: ['S-A30', 'S-A33'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'private', mapped: false })
    await file.convert('shared', page(700))
    await file.guest.fill(file.all, 0x6e)
    // No mapping of the host: what is taken from that is taken from the guest as well.
    await file.punchHole(file.all)
    await file.guest.expect(file.all, 0)
  },
})
