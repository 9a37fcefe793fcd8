// S-A36: a 1G page is reserved, taken, split, merged, freed by a hole and returned as one page of its pool; a second file gets none.
import { gmemFlags, page, pages, scenario } from '../../../harness/api.ts'

const gigabyte = 2 ** 30
const inPage = 2 ** 18

export default scenario({
  title: 'a 1G page counts as one page, and the next file gets it when its file is closed',
  rules: ['S-A36', 'S-A30', 'S-A2', 'S-A34'],
  bugs: ['A-31', 'A-33'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '1G': 1 },
  timeout: 30,
  async run({ memory, pools, agent, check, expectDone, expectErrno }) {
    const before = await pools.counters('1G')
    const count = before.free - before.reserved
    const file = await memory({ pages: count * inPage, hugePages: '1G', initially: 'private' })
    const { vm } = file.handles
    await file.expectAccounting()
    const flags = gmemFlags.supportShared | gmemFlags.initPrivate | gmemFlags.hugetlb | gmemFlags.huge1G
    const second = await agent.gmem.create({ vm, size: gigabyte, flags })
    expectErrno(second, 'ENOMEM', 'creating a file beside one of the whole pool')

    await file.allocate(page(inPage - 1))
    await file.expectAccounting()
    await file.convert('shared', page(5))
    await file.host.fill(page(5), 0x6f)
    await file.expectAccounting()
    await file.punchHole(pages(4, 2))
    await file.host.expect(page(5), 0)
    await file.convert('private', page(5))
    await file.expectAccounting()
    await file.punchHole(pages(0, inPage))
    await file.expectAccounting()
    await file.allocate(page(0))
    await file.expectAccounting()

    await file.close()
    check.equal(await pools.counters('1G'), before, 'the pool when the file is gone')
    const third = await agent.gmem.create({ vm, size: count * gigabyte, flags })
    expectDone(third, 'creating the next file of the whole pool')
  },
})
