// S-A37: a control group is charged for the whole file at creation and for each huge page at allocation, and gets both charges back.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a control group is charged for the reservation and for the use of huge pages',
  rules: ['S-A37', 'S-A36'],
  bugs: ['A-34', 'A-26'],
  needs: ['in-place-conversion', 'hugetlb', 'hugetlb-cgroup'],
  pools: { '2M': 4 },
  async run({ memory, enterGroup, check }) {
    const size = 2 * 1024 * 1024
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'private' })
    await file.expectCharged()
    await file.allocate(page(0))
    await file.expectCharged()
    await file.convert('shared', page(1))
    await file.expectCharged()
    await file.host.fill(page(1), 0x52)
    await file.convert('private', page(1))
    await file.expectCharged()
    await file.convert('shared', pages(500, 100))
    await file.host.fill(page(550), 0x53)
    await file.expectCharged()
    await file.punchHole(file.all)
    await file.expectCharged()

    const group = await enterGroup('charged')
    const other = await memory({ pages: 1024, hugePages: '2M', initially: 'shared', slot: false })
    check.equal(await group.charges('2M'), { used: 0, reserved: 2 * size }, 'charges for a new file')
    await other.host.fill(page(511), 0x54)
    check.equal(await group.charges('2M'), { used: size, reserved: 2 * size }, 'charges after a touch')
    await other.close()
    check.equal(await group.charges('2M'), { used: 0, reserved: 0 }, 'charges when the file is gone')
    await group.leave()
  },
})
