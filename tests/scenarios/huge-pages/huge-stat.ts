// S-A4, S-A34: a block is a huge page, and st_blocks counts the allocated huge pages in any layout.
import { hugePageBytes, page, pageSize, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')

export default scenario({
  title: 'fstat reports the size that creation asked for, the huge page size, and the allocated memory',
  rules: ['S-A4', 'S-A34'],
  bugs: ['O-14'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ agent, check, memory, expectDone }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private' })
    const expectStatus = async (allocated: number, when: string) => {
      const status = expectDone(await agent.gmem.status(file.handles.gmem), 'asking for the status')
      const { size, blockSize, blocks } = status
      check.equal(
        { size, blockSize, blocks },
        { size: 4 * huge * pageSize, blockSize: hugePageBytes['2M'], blocks: allocated * huge * 8 },
        `the status ${when}`,
      )
    }
    await expectStatus(0, 'of a new file')
    await file.guest.fill(page(3), 0x31)
    await expectStatus(1, 'after one access')
    await file.convert('shared', pages(0, 3 * huge))
    await expectStatus(1, 'after a conversion to shared, which allocates nothing')
    await file.host.fill(page(huge), 0x32)
    await expectStatus(2, 'after an access to a second huge page')
    await file.convert('private', file.all)
    await expectStatus(2, 'after a conversion to private')
    await file.punchHole(pages(0, huge))
    await expectStatus(1, 'after a hole')
    await file.matchesModel()
    await expectStatus(4, 'after accesses to all of it')
  },
})
