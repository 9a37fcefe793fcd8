// S-A13, S-A26: allocations that go on failing, so that a second try does not help, change nothing either: huge pages are not lost, states stay.
import { gmemFlags, page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'first touches and conversions that find no memory at a second try either change nothing and lose nothing',
  rules: ['S-A13', 'S-A26', 'S-A22', 'S-A36'],
  bugs: ['O-10'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  pools: { '2M': 3 },
  timeout: 30,
  async run({ memory, agent, pools, check, failAllocationsFrom, expectErrno, expectDone }) {
    const before = await pools.counters('2M')
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    await failAllocationsFrom({
      of: 'objects',
      what: 'objects of a new file',
      refusals: 'some',
      async operation() {
        const created = await agent.gmem.create({ vm, size: 512 * pageSize, flags })
        if (created.errno === 'OK') await agent.close(created.gmem)
        return created
      },
      async after(_, position) {
        check.equal(await pools.counters('2M'), before, `the pool after a creation without memory from ${position} on`)
      },
    })

    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'shared' })
    const { gmem } = file.handles
    await file.convert('private', pages(512, 512))
    // Each is the first one of its file, for which the tree of huge pages needs nodes.
    const places = [1, 2, 0].map((unit) => ({ unit, whole: pages(512 * unit, 512), touched: page(512 * unit + 188) }))
    for (const { unit, whole, touched } of places) {
      for (const inARow of [2, undefined]) {
        await failAllocationsFrom({
          of: 'nodes',
          what: `the place of huge page ${unit}`,
          refusals: 'some',
          ...(inARow === undefined ? {} : { inARow }),
          operation: () => agent.gmem.allocate(gmem, touched.first * pageSize, pageSize),
          async after({ errno }, position) {
            if (errno === 'OK') file.model.allocate(touched)
            else
              check.equal(
                errno,
                'ENOMEM',
                `the result of touching huge page ${unit} without memory from ${position} on`,
              )
            await file.expectAccounting()
            if (errno !== 'OK') return
            await file.guest.fill(touched, 0x30 + unit)
            await file.matchesModel(touched)
            await file.expectAccounting()
            await file.punchHole(whole)
          },
        })
        file.model.allocate(touched)
        await file.expectAccounting()
        await file.punchHole(whole)
      }
    }
    for (const { unit, touched } of places) await file.guest.fill(touched, 0x40 + unit)
    await file.convert('private', file.all)
    await file.matchesModel(pages(0, 8))
    await file.expectWhole(file.all)

    for (const { shared, to, range, what } of [
      { shared: page(3), to: 'shared', range: file.all, what: 'splits two huge pages' },
      { shared: page(0), to: 'shared', range: page(700), what: 'splits one in the middle' },
      { shared: page(700), to: 'private', range: pages(600, 200), what: 'merges one in the middle' },
    ] as const) {
      const begin = async () => {
        await file.ensure('private', file.all)
        await file.convert('shared', shared)
      }
      await begin()
      await failAllocationsFrom({
        of: 'nodes',
        what: `the states after a conversion that ${what}`,
        refusals: 'some',
        operation: () => file.attemptConversion(to, { offset: range.first * pageSize, size: range.count * pageSize }),
        async after(outcome, position) {
          if (outcome.errno === 'OK') {
            file.model.convert(to, range)
            await file.matchesModel(pages(0, 8))
            await begin()
          } else {
            expectErrno(outcome, 'ENOMEM', `a conversion that ${what}, without memory from ${position} on`)
          }
          await file.expectAccounting()
          await file.matchesModel(pages(0, 8))
          await file.matchesModel(pages(696, 8))
        },
      })
      file.model.convert(to, range)
      await file.matchesModel(pages(696, 8))
    }
    await file.ensure('private', file.all)
    await file.expectWhole(file.all)
  },
})
