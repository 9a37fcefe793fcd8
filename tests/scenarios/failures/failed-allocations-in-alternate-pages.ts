// S-A13: a conversion of many runs needs the most memory: a failure undoes the work in every run.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion of many runs that fails for lack of memory converts none of them',
  rules: ['S-A13', 'S-A26'],
  bugs: ['O-1'],
  needs: ['in-place-conversion', 'hugetlb', 'fault-injection'],
  pools: { '2M': 2 },
  timeout: 30,
  async run({ memory, check, failEachAllocation, expectErrno }) {
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'private' })
    await file.guest.fill(pages(390, 320), 0x72)
    const begin = async () => {
      await file.ensure('private', file.all)
      await file.convertEach('shared', { range: pages(400, 300), every: 2, order: 'forward' })
    }
    for (const [to, range] of [
      ['private', pages(450, 1)],
      ['shared', pages(391, 311)],
      ['private', pages(390, 320)],
    ] as const) {
      await begin()
      await failEachAllocation({
        of: 'objects',
        what: `nodes of the tree of states in a conversion of ${range.count} pages`,
        refusals: 'some',
        operation: () => file.attemptConversion(to, { offset: range.first * 4096, size: range.count * 4096 }),
        async after(outcome, nth) {
          if (outcome.errno === 'OK') file.model.convert(to, range)
          else expectErrno(outcome, 'ENOMEM', `the conversion without allocation ${nth}`)
          await file.matchesModel(pages(380, 340))
          await file.expectAccounting()
          // The kernel has tried again.
          if (outcome.errno === 'OK') await begin()
        },
      })
      file.model.convert(to, range)
      await file.matchesModel(pages(380, 340))
    }
    check.equal(file.model.stateRuns().length, 1, 'runs of pages of one state in the end')
  },
})
