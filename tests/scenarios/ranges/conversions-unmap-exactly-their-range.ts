// S-A10, S-A9, K-ranges: a conversion takes its range from the guest and from the host, page by page, and not one page beside it, also in a huge page that is split already.
import { pages, pagesPerHugePage, scenario, type PageRange } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
/** The range never has a page that is kept in the other state, so that huge pages are split all the time. */
const files = [
  {
    options: { pages: 16 },
    kept: [],
    ranges: [pages(0, 1), pages(3, 4), pages(15, 1), pages(0, 16)],
  },
  {
    options: { pages: 3 * huge, hugePages: '2M' },
    kept: [huge / 2, huge + huge / 2, 2 * huge + huge / 2],
    ranges: [
      pages(3, 1),
      pages(huge - 1, 1),
      pages(huge - 2, 4),
      pages(huge / 2 + 1, huge - 1),
      pages(2 * huge, huge / 2),
      pages(3 * huge - 7, 7),
    ],
  },
] as const

export default scenario({
  title: 'a conversion unmaps exactly its range, from the guest and from the host',
  rules: ['S-A10', 'S-A9', 'S-A23', 'K-ranges'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, check }) {
    for (const { options, kept, ranges } of files) {
      const file = await memory({ ...options, initially: 'private' })
      const inHost = async (): Promise<number> =>
        (await file.host.frames(file.all)).filter((frame) => frame !== 'unmapped').length
      const inGuest = async (): Promise<number> => (await file.guest.mappings())['4K']
      const name = (range: PageRange): string => `${range.count} pages from ${range.first} on, of ${file.pages},`
      for (const index of kept) await file.convert('shared', pages(index, 1))
      for (const range of ranges) {
        await file.guest.look(file.all)
        const all = await inGuest()
        await file.convert('shared', range)
        check.equal(all - (await inGuest()), range.count, `pages that the guest lost when ${name(range)} became shared`)
        await file.guest.look(file.all)
        check.equal(await inGuest(), all, `pages that the guest maps again after ${name(range)}`)
        const between = await inHost()
        await file.host.look(range)
        check.equal((await inHost()) - between, range.count, `pages that the host maps of ${name(range)}`)
        await file.convert('private', range)
        check.equal(await inHost(), between, `pages that the host maps after ${name(range)} became private`)
        check.equal(
          all - (await inGuest()),
          range.count,
          `pages that the guest lost when ${name(range)} became private`,
        )
      }
      // All but the range is shared, and mapped by the host.
      for (const range of ranges) {
        await file.convert('shared', file.all)
        await file.host.look(file.all)
        check.equal(await inHost(), file.pages, 'pages that the host maps of a file that is shared')
        await file.convert('private', range)
        check.equal(await inHost(), file.pages - range.count, `pages that the host keeps beside ${name(range)}`)
      }
      await file.matchesModel()
    }
  },
})
