// S-A11, S-A23, S-A24: one page is converted back and forth while others of its huge page are in use: no write is lost and no access is refused.
import { page, pages, pagesPerHugePage, scenario, type Racer } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const k = 200
const races: { what: string; shared: readonly number[]; racers: readonly Racer[] }[] = [
  {
    what: 'split and merged each time, with the guest on both sides',
    shared: [],
    racers: [
      { does: 'guest-count', range: page(k - 1) },
      { does: 'guest-count', range: page(k + 1) },
    ],
  },
  {
    what: 'split all the time, with host and guest on both sides',
    shared: [k - 1, k + 1],
    racers: [
      { does: 'host-count', range: page(k - 1) },
      { does: 'guest-count', range: page(k + 1) },
    ],
  },
]

export default scenario({
  title: 'host and guest use a huge page undisturbed while it is split and merged',
  rules: ['S-A11', 'S-A1', 'S-A23', 'S-A24', 'S-A19'],
  bugs: ['A-14'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
  async run({ memory, check }) {
    const file = await memory({ pages: 2 * huge, hugePages: '2M', initially: 'private' })
    await file.guest.fill(file.all, 0x61)
    for (const { what, shared, racers } of races) {
      for (const index of shared) await file.convert('shared', page(index))
      const reports = await file.race(200, [{ does: 'convert', to: 'shared', range: page(k) }, ...racers])
      for (const { kind, rounds, ...report } of reports) {
        check.that(rounds > 0, `${kind} did some work, ${what}`)
        const trouble = [report.again, report.failed, report.faults, report.unexpected, report.mismatches]
        check.equal(
          trouble,
          [0, 0, 0, 0, 0],
          `${kind}: EAGAIN, errors, faults, exits (${report.firstUnexpected}), lost writes, ${what}`,
        )
      }
      await file.convert('shared', pages(k - 1, 3))
      await file.host.fill(pages(k - 1, 3), 0x62)
      await file.convert('private', file.all)
      await file.matchesModel()
    }
  },
})
