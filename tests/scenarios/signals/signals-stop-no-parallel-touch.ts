// K-signals, S-A20: threads allocate, convert and touch the same huge pages at the same time, while another one signals them all: no access fails.
import { page, pages, pagesPerHugePage, scenario, type Racer } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const gigantic = pagesPerHugePage('1G')
const files = [{ pages: 2 * huge, hugePages: '2M' }, { pages: 16 }] as const

export default scenario({
  title: 'accesses and conversions that wait for one another succeed beside signals',
  rules: ['K-signals', 'S-A11', 'S-A20', 'S-A22'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2, '1G': 1 },
  // A split sleeps for its struct pages then, while others wait for it.
  boot: ['hvo'],
  async run({ memory, check }) {
    for (const options of files) {
      const file = await memory({ ...options, initially: 'shared' })
      const reports = await file.race(500, [
        { does: 'reallocate', range: file.all },
        { does: 'host-read', range: pages(0, 4) },
        { does: 'guest-read', range: pages(4, 4) },
        { does: 'convert', to: 'private', range: page(9) },
        { does: 'signal', pause: 300_000 },
      ])
      for (const { kind, rounds, ...report } of reports) {
        const name = `${kind}, ${file.model.pagesPerUnit} pages at a time`
        check.that(rounds > 0, `${name}: did some work`)
        const trouble = [report.failed, report.firstError, report.faults, report.firstUnexpected]
        check.equal(trouble, [0, 'OK', 0, ''], `${name}: trouble beside signals`)
      }
      await file.convert('shared', file.all)
      await file.host.fill(pages(0, 12), 0x93)
      await file.matchesModel(pages(0, 12))
      await file.punchHole(file.all)
    }

    // The split of a new 1G page takes long: all but one of these threads wait for it.
    const file = await memory({ pages: gigantic, hugePages: '1G', initially: 'shared' })
    for (let round = 0; round < 2; round += 1) {
      const touches = [0, 1, gigantic - 1].map((index): Racer => ({ does: 'host-read', range: page(index), times: 1 }))
      const reports = await file.race(1200, [
        ...touches,
        { does: 'guest-read', range: page(gigantic / 2), times: 1 },
        { does: 'signal', pause: 200_000 },
      ])
      for (const { kind, rounds, failed, faults } of reports) {
        check.that(rounds > 0, `${kind} of a new 1G page: did some work`)
        check.equal([failed, faults], [0, 0], `${kind} of a new 1G page: trouble beside signals`)
      }
      await file.punchHole(file.all)
    }
  },
})
