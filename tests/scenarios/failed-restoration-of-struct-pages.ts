// S-A26, S-A27: a split needs memory for struct pages that were optimised away: without it the huge page stays whole, and optimised.
import { page, pages, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'a split that gets no memory for its struct pages is as if it had not been',
  rules: ['S-A26', 'S-A27', 'S-A13'],
  bugs: ['A-1', 'A-2', 'A-5', 'O-5', 'O-10'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'fault-injection'],
  boot: ['hvo'],
  pools: { '2M': 3 },
  timeout: 30,
  async run({ memory, check, failEachAllocation, expectErrno }) {
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x71)
    await file.convert('shared', page(3))
    const cases = [
      { to: 'shared', range: file.all, what: 'splits two huge pages' },
      { to: 'private', range: file.all, what: 'merges three' },
      { to: 'shared', range: page(700), what: 'splits one in the middle' },
      { to: 'private', range: pages(600, 200), what: 'merges one in the middle' },
    ] as const
    let allocations = 0
    for (const { to, range, what } of cases) {
      const argument = { offset: range.first * 4096, size: range.count * 4096 }
      allocations += await failEachAllocation(
        () => file.attemptConversion(to, argument),
        async (outcome, nth) => {
          if (outcome.errno === 'OK') file.model.convert(to, range)
          else expectErrno(outcome, 'ENOMEM', `allocation ${nth} of one that ${what}`)
          await file.expectAccounting()
          await file.matchesModel(pages(0, 8))
          await file.matchesModel(pages(690, 20))
        },
      )
      file.model.convert(to, range)
      await file.matchesModel()
    }
    check.that(allocations > 0, 'there was something to fail')
    await file.expectWhole(file.all)
  },
})
