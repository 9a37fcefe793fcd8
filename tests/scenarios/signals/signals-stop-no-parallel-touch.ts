// K-signals, S-A20: threads allocate, convert and touch the same huge pages at the same time, while another one signals them all: no access fails.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const files = [{ pages: 2 * huge, hugePages: '2M' }, { pages: 16 }] as const

export default scenario({
  title: 'accesses and conversions that wait for one another succeed beside signals',
  rules: ['K-signals', 'S-A11', 'S-A20', 'S-A22'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
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
        check.equal(trouble, [0, 'OK', 0, ''], `${name}: errors, faults and unexpected exits beside signals`)
      }
      await file.convert('shared', file.all)
      await file.host.fill(pages(0, 12), 0x93)
      await file.matchesModel(pages(0, 12))
      await file.punchHole(file.all)
    }
  },
})
