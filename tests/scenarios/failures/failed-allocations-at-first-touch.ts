// S-A26, S-A36: a huge page that cannot be taken, or cannot be split after that, returns to the reservation, and the next touch gets it.
import { gmemFlags, page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'creations and first touches that fail for lack of memory leave the pool as it was',
  rules: ['S-A26', 'S-A36', 'S-A22', 'S-A37'],
  bugs: ['A-37', 'B-8'],
  needs: ['in-place-conversion', 'hugetlb', 'fault-injection'],
  pools: { '2M': 4 },
  timeout: 30,
  async run({ memory, pools, agent, check, failEachAllocation, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const before = await pools.counters('2M')
    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    await failEachAllocation({
      of: 'objects',
      what: 'objects of a new file',
      refusals: 'some',
      async operation() {
        const created = await agent.gmem.create({ vm, size: 512 * pageSize, flags })
        if (created.errno === 'OK') await agent.close(created.gmem)
        return created
      },
      async after(_, nth) {
        check.equal(await pools.counters('2M'), before, `the pool after creation without allocation ${nth}`)
      },
    })

    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'shared' })
    await file.convert('private', pages(512, 512))
    for (const range of [page(3), page(600)]) {
      const { gmem } = file.handles
      await failEachAllocation({
        of: 'objects',
        what: 'the record of a huge page',
        refusals: 'some',
        operation: () => agent.gmem.allocate(gmem, range.first * pageSize, pageSize),
        async after({ errno }) {
          if (errno === 'OK') file.model.allocate(range)
          await file.expectAccounting()
          // The kernel has tried again: the next failure needs a first touch as well.
          if (errno === 'OK') await file.punchHole(file.all)
        },
      })
      file.model.allocate(range)
      await file.expectAccounting()
    }
    await file.matchesModel()
    await file.convert('private', file.all)
    await file.matchesModel()

    const small = await memory({ pages: 2, initially: 'shared' })
    await failEachAllocation({
      of: 'pages',
      what: 'a page of the file',
      refusals: 1,
      operation: () => agent.gmem.allocate(small.handles.gmem, pageSize, pageSize),
      async after({ errno }) {
        const { blocks } = expectDone(await agent.gmem.status(small.handles.gmem), 'asking for the status')
        check.equal(blocks, errno === 'OK' ? 8 : 0, `st_blocks after a first touch that ended with ${errno}`)
        await small.punchHole(small.all)
      },
    })
    small.model.allocate(page(1))
    await small.matchesModel()
  },
})
