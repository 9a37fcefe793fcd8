// S-A13, S-A26: a conversion that runs out of memory at any point leaves states, contents, layout and counters as they were.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion that fails for lack of memory at any point changes nothing',
  rules: ['S-A13', 'S-A26', 'S-A24'],
  bugs: ['A-1', 'A-2', 'A-3', 'A-4', 'O-1', 'O-3', 'O-4', 'O-10'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  pools: { '2M': 3 },
  timeout: 30,
  async run({ memory, failEachAllocation, expectErrno }) {
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x71)
    await file.convert('shared', page(3))
    // Each stores a range beside others, for which the tree of states may need nodes.
    for (const [to, range, what] of [
      ['shared', file.all, 'splits two huge pages'],
      ['private', pages(1, file.pages - 1), 'merges two'],
      ['shared', page(700), 'splits one in the middle'],
      ['private', pages(600, 200), 'merges one in the middle'],
    ] as const) {
      await failEachAllocation({
        of: 'objects',
        what: `nodes of the tree of states, in a conversion that ${what}`,
        refusals: 'some',
        operation: () => file.attemptConversion(to, { offset: range.first * pageSize, size: range.count * pageSize }),
        async after(outcome, nth) {
          if (outcome.errno === 'OK') file.model.convert(to, range)
          else expectErrno(outcome, 'ENOMEM', `a conversion that ${what}, without allocation ${nth} of objects`)
          await file.expectAccounting()
          await file.matchesModel(pages(0, 8))
          await file.matchesModel(pages(690, 20))
        },
      })
      file.model.convert(to, range)
      await file.matchesModel()
    }
    await file.convert('private', file.all)
    await file.matchesModel()
    await file.expectWhole(file.all)
  },
})
