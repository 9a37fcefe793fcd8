// S-A31: a hole frees no pinned memory: it stops with EAGAIN at the huge page with the pin; huge pages before it are freed.
import { fallocateModes, page, pages, pageSize, scenario, type PageRange } from '../../../harness/api.ts'

const hole = fallocateModes.keepSize | fallocateModes.punchHole

export default scenario({
  title: 'a hole is EAGAIN at a huge page with a pinned part, and leaves its contents alone',
  rules: ['S-A31', 'S-A30'],
  bugs: ['A-8', 'O-15'],
  needs: ['in-place-conversion', 'hugetlb', 'gup-test'],
  pools: { '2M': 4 },
  async run({ memory, agent, expectErrno }) {
    const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'shared' })
    const { gmem } = file.handles
    const refuse = async (range: PageRange, what: string): Promise<void> => {
      const reply = await agent.gmem.fallocate(gmem, hole, range.first * pageSize, range.count * pageSize)
      expectErrno(reply, 'EAGAIN', what)
    }
    await file.host.fill(file.all, 0x61)
    await file.convert('private', pages(512, 100))

    for (const method of ['gup-test', 'vmsplice'] as const) {
      const pin = await file.pin(page(700), method)
      await refuse(page(700), 'a hole in the pinned page')
      await refuse(pages(696, 8), 'a hole in a part with a pinned page')
      await refuse(pages(600, 200), 'a hole in more of it')
      await file.matchesModel()
      await file.punchHole(pages(701, 20))
      await file.punchHole(pages(520, 180))
      await file.matchesModel()
      await file.expectAccounting()

      await refuse(file.all, 'a hole in all of it')
      file.model.free(pages(0, 512))
      await file.expectAccounting()
      await file.matchesModel()
      await pin.release()
      await file.host.fill(pages(0, 512), 0x62)
      await file.host.fill(pages(612, 300), 0x63)
    }
    await file.punchHole(file.all)
    await file.expectAccounting()
    await file.matchesModel()
  },
})
