// S-A26, S-A36: a huge page that cannot be taken, or cannot be split after that, returns to the reservation, and the next touch gets it.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'creations and first touches that fail for lack of memory leave the pool as it was',
  rules: ['S-A26', 'S-A36', 'S-A22', 'S-A37', 'S-A34', 'K-leaks'],
  bugs: ['A-37', 'B-8'],
  needs: ['in-place-conversion', 'fault-injection'],
  pools: { '2M': 4 },
  timeout: 30,
  async run({ memory, pools, agent, check, failEachAllocation, expectDone, uapi, offered }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const kinds = offered([{}, { hugePages: '2M' }] as const)
    for (const kind of kinds) {
      const before = 'hugePages' in kind ? await pools.counters('2M') : undefined
      const flags = uapi.flagsFor({ initially: 'shared', ...kind })
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
          if (before === undefined) return
          check.equal(await pools.counters('2M'), before, `the pool after creation without allocation ${nth}`)
        },
      })
    }

    const small = await memory({ pages: 2, initially: 'shared' })
    await failEachAllocation({
      of: 'pages',
      what: 'a page of the file',
      refusals: 1,
      operation: () => agent.gmem.allocate(small.handles.gmem, pageSize, pageSize),
      async after({ errno }) {
        const { blocks } = expectDone(await agent.gmem.status(small.handles.gmem), 'asking for the status')
        check.equal(
          blocks,
          uapi.blocksOf(errno === 'OK' ? 1 : 0),
          `st_blocks after a first touch that ended with ${errno}`,
        )
        await small.punchHole(small.all)
      },
    })
    small.model.allocate(page(1))
    await small.matchesModel()

    for (const kind of kinds) {
      if (!('hugePages' in kind)) continue
      const file = await memory({ pages: 1024, initially: 'shared', ...kind })
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
    }
  },
})
