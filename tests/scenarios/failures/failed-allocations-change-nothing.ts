// S-A13, S-A26: a conversion that runs out of memory at any point leaves states, contents, layout and counters as they were.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion that fails for lack of memory at any point changes nothing',
  rules: ['S-A13', 'S-A26', 'S-A24'],
  bugs: ['A-2', 'O-1', 'O-3'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  pools: { '2M': 3 },
  timeout: 30,
  async run({ memory, check, failEachAllocation, expectErrno }) {
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x71)
    // Each stores a range beside others, for which the tree of states may need nodes.
    for (const { shared, to, range, what } of [
      { shared: page(3), to: 'shared', range: file.all, what: 'splits two huge pages' },
      { shared: file.all, to: 'private', range: pages(1, file.pages - 1), what: 'merges two' },
      { shared: page(0), to: 'shared', range: page(700), what: 'splits one in the middle' },
      { shared: page(700), to: 'private', range: pages(600, 200), what: 'merges one in the middle' },
    ] as const) {
      const begin = async () => {
        await file.ensure('private', file.all)
        await file.convert('shared', shared)
      }
      await begin()
      await failEachAllocation({
        of: 'objects',
        what: `nodes of the tree of states, in a conversion that ${what}`,
        refusals: 'some',
        operation: () => file.attemptConversion(to, { offset: range.first * pageSize, size: range.count * pageSize }),
        async after(outcome, nth) {
          const without = `a conversion that ${what}, without allocation ${nth} of objects`
          // The kernel has tried again, or done without.
          if (outcome.errno === 'OK') {
            file.model.convert(to, range)
            await file.matchesModel(pages(0, 8))
            await begin()
          } else {
            expectErrno(outcome, 'ENOMEM', without)
            const found = Number(outcome.errorOffset)
            check.between(
              found,
              range.first * pageSize,
              (range.first + range.count) * pageSize,
              `error_offset of ${without}`,
            )
          }
          await file.expectAccounting()
          await file.matchesModel(pages(0, 8))
          await file.matchesModel(pages(690, 20))
        },
      })
      file.model.convert(to, range)
      await file.matchesModel()
    }
    await file.ensure('private', file.all)
    await file.matchesModel()
    await file.expectWhole(file.all)
  },
})
