// S-A11, S-A16: while a page of a huge page is converted back and forth, host accesses succeed or are refused, but never write into private memory.
import { page, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'no host write reaches a page of a huge page while the page is private',
  rules: ['S-A11', 'S-A16', 'S-A24'],
  bugs: ['A-30'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 1 },
  async run({ memory, check }) {
    const file = await memory({ pages: huge, hugePages: '2M', initially: 'private' })
    const [convert, host, reader] = await file.race(300, [
      { does: 'convert', to: 'shared', range: page(9), watched: true },
      { does: 'host-count', range: page(9) },
      { does: 'guest-read', range: page(9) },
    ])
    check.that((convert?.done ?? 0) > 1, 'the page was converted')
    check.equal(
      [convert?.failed, convert?.mismatches],
      [0, 0],
      'failed conversions, writes of the host into a private page',
    )
    check.equal(host?.mismatches, 0, 'lost writes of the host')
    check.equal(reader?.firstUnexpected, '', 'exits of the guest that are no memory faults')

    await file.convert('shared', file.all)
    await file.host.fill(file.all, 0x69)
    await file.convert('private', file.all)
    await file.matchesModel()
  },
})
