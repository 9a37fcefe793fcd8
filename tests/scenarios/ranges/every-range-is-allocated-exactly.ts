// K-ranges, S-A29: allocations from every place to every other one, in files of 4K, 2M and 1G: exactly the units that the range touches; what is no range is refused.
import { fallocateModes, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { fewPlacesOf, rangesBetween } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
const gigantic = pagesPerHugePage('1G')
const { keepSize, punchHole } = fallocateModes
const largest = 2n ** 63n
const files = [{ pages: 7 }, { pages: 3 * huge, hugePages: '2M' }, { pages: gigantic, hugePages: '1G' }] as const

/** In bytes, for a file of so many. */
const refused = (size: number) =>
  [
    { what: 'no bytes', offset: pageSize, length: 0, allocate: 'EINVAL', punch: 'EINVAL' },
    { what: 'a byte', offset: 0, length: 1, allocate: 'EINVAL', punch: 'EINVAL' },
    {
      what: 'half a page that ends with the file',
      offset: size - 2048,
      length: 2048,
      allocate: 'EINVAL',
      punch: 'EINVAL',
    },
    { what: 'a page from half a page on', offset: 2048, length: pageSize, allocate: 'EINVAL', punch: 'EINVAL' },
    { what: 'the file and one page', offset: 0, length: size + pageSize, allocate: 'EINVAL', punch: 'OK' },
    {
      what: 'the last page and one more',
      offset: size - pageSize,
      length: 2 * pageSize,
      allocate: 'EINVAL',
      punch: 'OK',
    },
    { what: 'a page behind the end', offset: size, length: pageSize, allocate: 'EINVAL', punch: 'OK' },
    {
      what: 'the largest range from the end on',
      offset: size,
      length: largest - BigInt(size) - 4096n,
      allocate: 'EINVAL',
      punch: 'OK',
    },
    { what: 'a range that overflows', offset: pageSize, length: largest - 4096n, allocate: 'EFBIG', punch: 'EFBIG' },
    { what: 'a negative offset', offset: -1 * pageSize, length: 2 * pageSize, allocate: 'EINVAL', punch: 'EINVAL' },
    { what: 'a negative length', offset: pageSize, length: -1 * pageSize, allocate: 'EINVAL', punch: 'EINVAL' },
  ] as const

export default scenario({
  title: 'an allocation takes exactly the units that its range touches, and what is no range in the file takes none',
  rules: ['K-ranges', 'S-A28', 'S-A29', 'S-A34', 'S-A36'],
  pools: { '2M': 3, '1G': 1 },
  timeout: 20,
  async run({ memory, agent, check, expectErrno, uapi, offered }) {
    for (const options of offered(files)) {
      const file = await memory({ ...options, initially: 'private', slot: false, mapped: false })
      const { gmem } = file.handles
      const unit = file.model.pagesPerUnit
      const name = `${file.pages} pages, ${unit} at a time`
      const expectBlocks = async (what: string) => {
        if (unit > 1) return file.expectAccounting()
        const { blocks } = await agent.gmem.status(gmem)
        check.equal(blocks, uapi.blocksOf(file.model.allocatedPages), `st_blocks after ${what}, of ${name}`)
      }
      for (const { what, offset, length, allocate, punch } of refused(file.pages * pageSize)) {
        const allocated = await agent.gmem.fallocate(gmem, keepSize, offset, length)
        expectErrno(allocated, allocate, `allocating ${what} of ${name}`)
        const punched = await agent.gmem.fallocate(gmem, keepSize | punchHole, offset, length)
        expectErrno(punched, punch, `a hole at ${what} of ${name}`)
      }
      await expectBlocks('refusals')
      const places = unit === gigantic ? [0, 1, huge, gigantic - 1, gigantic] : fewPlacesOf(unit)
      for (const range of rangesBetween(places)) {
        await file.allocate(range)
        await expectBlocks(`an allocation of ${range.count} pages from ${range.first} on`)
        await file.punchHole(pages(0, file.pages))
      }
      await expectBlocks('the last hole')
    }
  },
})
