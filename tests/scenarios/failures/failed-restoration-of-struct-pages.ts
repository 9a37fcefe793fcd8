// S-A26, S-A27: a split allocates the struct pages that were optimised away: without one of them, the huge page stays whole and
// optimised. The number of refusals shows that these allocations failed; the slab of a node may need a page as well.
import { page, pages, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'a split that gets no memory for one of its struct pages changes nothing',
  rules: ['S-A26', 'S-A27', 'S-A13'],
  bugs: ['A-1', 'A-3', 'A-4', 'O-4', 'O-5'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'memmap-counters', 'fault-injection'],
  boot: ['hvo'],
  pools: { '2M': 3 },
  timeout: 30,
  async run({ memory, kernelMemory, check, agent, failEachAllocation, expectErrno }) {
    const { structPages } = await kernelMemory()
    const added = async () => (await kernelMemory()).structPages - structPages
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x71)
    await file.convert('shared', page(3))
    const perHugePage = await added()
    check.that(perHugePage > 0, 'a split allocates struct pages')
    const mergeAll = async () => {
      // A merge may do without memory, and then frees no struct pages: once more, without a failure.
      await file.convert('shared', file.all)
      check.equal(await added(), 3 * perHugePage, 'struct pages of three split huge pages')
      await file.convert('private', file.all)
      check.equal(await added(), 0, 'struct pages when all huge pages are merged')
    }

    for (const { to, range, shared, splits } of [
      // The first huge page is split before: a range that begins with it is undone up to it.
      { to: 'shared', range: file.all, shared: page(3), splits: 2 },
      { to: 'private', range: file.all, shared: file.all, splits: 0 },
      { to: 'shared', range: page(700), shared: pages(0, 0), splits: 1 },
    ] as const) {
      const begin = async () => {
        // Where all is shared, no earlier layout is left.
        if (shared !== file.all) await mergeAll()
        if (shared.count > 0) await file.ensure('shared', shared)
      }
      await begin()
      const before = await added()
      await failEachAllocation({
        of: 'pages',
        what: `struct pages of ${splits} huge pages`,
        refusals: splits === 0 ? 0 : { atLeast: splits * perHugePage },
        operation: () => file.attemptConversion(to, { offset: range.first * pageSize, size: range.count * pageSize }),
        async after(outcome, nth) {
          // The kernel has tried again, or done without.
          if (outcome.errno === 'OK') return begin()
          expectErrno(outcome, 'ENOMEM', `a split without allocation ${nth} of pages`)
          check.equal(await added(), before, `struct pages after a split without allocation ${nth} of pages`)
          await file.matchesModel(pages(0, 8))
          await file.matchesModel(page(700))
        },
      })
      file.model.convert(to, range)
      await file.matchesModel()
      await file.expectAccounting()
    }
    await mergeAll()
    await file.expectWhole(file.all)
    await file.punchHole(file.all)

    // A first touch splits what it takes from the pool.
    await file.convert('shared', page(3))
    await failEachAllocation({
      of: 'pages',
      what: 'struct pages at a first touch',
      refusals: { atLeast: perHugePage },
      operation: () => agent.gmem.allocate(file.handles.gmem, 0, pageSize),
      async after({ errno }, nth) {
        if (errno === 'OK') await file.punchHole(file.all)
        await file.expectAccounting()
        check.equal(await added(), 0, `struct pages after a first touch without allocation ${nth} of pages`)
      },
    })
    file.model.allocate(page(3))
    await file.matchesModel()
    await file.expectAccounting()
    await file.convert('private', page(3))
    check.equal(await added(), 0, 'struct pages in the end')
  },
})
