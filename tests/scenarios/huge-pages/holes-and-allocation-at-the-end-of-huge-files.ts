// S-A29, S-A30: allocation takes each huge page that its range touches and fails behind the end; a hole there does nothing.
import { fallocateModes, page, pages, pageSize, scenario } from '../../../harness/api.ts'

const { keepSize, punchHole } = fallocateModes

export default scenario({
  title: 'allocation takes whole huge pages and stops at the end of the file; a hole may extend beyond it',
  rules: ['S-A29', 'S-A30', 'S-A28', 'S-A34'],
  bugs: ['A-10'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 6 },
  async run({ memory, agent, expectErrno }) {
    for (const initially of ['private', 'shared'] as const) {
      const file = await memory({ pages: 3 * 512, hugePages: '2M', initially, slot: false, mapped: false })
      const { gmem } = file.handles
      const end = file.pages * pageSize
      const attempt = (mode: number, offset: number, count: number): ReturnType<typeof agent.gmem.fallocate> =>
        agent.gmem.fallocate(gmem, mode, offset, count * pageSize)

      expectErrno(await attempt(keepSize, end - pageSize, 2), 'EINVAL', 'allocating the last page and one more')
      expectErrno(await attempt(keepSize, end, 512), 'EINVAL', 'allocating behind the end')
      expectErrno(await attempt(keepSize, 0, 4 * 512), 'EINVAL', 'allocating more than the file')
      await file.expectAccounting()
      for (const range of [page(1), pages(510, 3), page(1535)]) {
        await file.allocate(range)
        await file.expectAccounting()
      }
      await file.punchHole(file.all)
      await file.allocate(pages(0, 513))
      await file.expectAccounting()

      expectErrno(await attempt(keepSize | punchHole, end, 512), 'OK', 'a hole behind the end')
      expectErrno(await attempt(keepSize | punchHole, 2 ** 40, 512), 'OK', 'a hole far behind the end')
      await file.expectAccounting()
      await file.allocate(page(1024))
      expectErrno(await attempt(keepSize | punchHole, 513 * pageSize, 2 ** 20), 'OK', 'a hole over the end')
      file.model.free(pages(513, 1023))
      await file.expectAccounting()
      await file.punchHole(file.all)
    }
  },
})
