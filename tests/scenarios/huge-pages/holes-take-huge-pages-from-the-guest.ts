// S-A30: a hole that frees a huge page unmaps it from the guest, whether it is mapped as a whole or in parts.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a guest with huge mappings finds new pages after a hole, not the freed ones',
  rules: ['S-A30', 'S-A33'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory }) {
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'private', mapped: false })
    await file.convert('shared', page(700))
    await file.guest.fill(file.all, 0x6e)
    // The host has no mapping: unmapping it would unmap the guest as well.
    await file.punchHole(file.all)
    await file.guest.expect(file.all, 0)
  },
})
