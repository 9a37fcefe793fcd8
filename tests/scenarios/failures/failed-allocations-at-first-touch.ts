// S-A26, S-A36: a huge page that cannot be taken, or cannot be split after that, returns to the reservation, and the next touch gets it.
import { gmemFlags, page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'creations and first touches that fail for lack of memory leave the pool as it was',
  rules: ['S-A26', 'S-A36', 'S-A22', 'S-A37'],
  bugs: ['O-5', 'O-10', 'O-12', 'A-37', 'B-8'],
  needs: ['in-place-conversion', 'hugetlb', 'fault-injection'],
  pools: { '2M': 4 },
  timeout: 30,
  async run({ memory, pools, agent, check, failEachAllocation, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const before = await pools.counters('2M')
    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    const creations = await failEachAllocation(
      async () => {
        const created = await agent.gmem.create({ vm, size: 512 * pageSize, flags })
        if (created.errno === 'OK') await agent.close(created.gmem)
        return created
      },
      async (_, nth) => {
        check.equal(await pools.counters('2M'), before, `the pool after creation without allocation ${nth}`)
      },
    )
    check.that(creations > 3, 'a creation allocates something')

    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'shared' })
    await file.convert('private', pages(512, 512))
    for (const range of [page(3), page(600)]) {
      const { gmem } = file.handles
      const touches = await failEachAllocation(
        () => agent.gmem.allocate(gmem, range.first * pageSize, pageSize),
        async ({ errno }) => {
          if (errno === 'OK') file.model.allocate(range)
          await file.expectAccounting()
        },
      )
      check.that(touches > 0, 'a first touch allocates something')
      file.model.allocate(range)
      await file.expectAccounting()
    }
    await file.matchesModel()
    await file.convert('private', file.all)
    await file.matchesModel()
  },
})
