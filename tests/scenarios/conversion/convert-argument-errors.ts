// 2.2: a range that overflows, leaves the file or is not made of whole pages is EINVAL in both directions, and converts nothing.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const end = 8 * pageSize
const cases = [
  { what: 'a range that overflows by one page', offset: -1 * pageSize, size: 2 * pageSize },
  { what: 'a range that overflows to 0', offset: pageSize, size: -1 * pageSize },
  { what: 'all pages that a 64-bit number can count', offset: 0, size: -1 * pageSize },
  { what: 'a negative offset', offset: 1n << 63n, size: pageSize },
  { what: 'a page that begins at the end', offset: end, size: pageSize },
  { what: 'a page that begins behind the end', offset: end + pageSize, size: pageSize },
  { what: 'the last page and one more', offset: end - pageSize, size: 2 * pageSize },
  { what: 'one page more than the file has', offset: 0, size: end + pageSize },
  { what: 'an offset of one byte', offset: 1, size: pageSize },
  { what: 'an offset of half a page', offset: 2048, size: pageSize },
  { what: 'an offset of one byte more than a page', offset: pageSize + 1, size: pageSize },
  { what: 'one byte', offset: 0, size: 1 },
  { what: 'a byte less than a page', offset: pageSize, size: pageSize - 1 },
  { what: 'a byte more than a page', offset: pageSize, size: pageSize + 1 },
  { what: 'a byte more than a page, of the first page', offset: 0, size: pageSize + 1 },
  { what: 'offset and size that add up to a page', offset: 2048, size: 2048 },
]

export default scenario({
  title: 'a range that overflows, leaves the file or has a part of a page is EINVAL',
  rules: ['2.2-range', '2.2-alignment'],
  bugs: ['B-1', 'B-2'],
  async run({ memory, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x42)
    await file.convert('private', pages(0, 4))

    for (const { what, ...argument } of cases) {
      for (const to of ['shared', 'private'] as const) {
        expectErrno(await file.attemptConversion(to, argument), 'EINVAL', `converting ${what} to ${to}`)
      }
    }
    await file.matchesModel()
  },
})
