// S-A34: st_blocks is the memory that the file has at this moment, and returns to zero, with 4K pages as with huge pages.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'st_blocks rises and falls with the allocated memory, at 4K and at 2M',
  rules: ['S-A34', 'S-A30'],
  bugs: ['O-13', 'O-14'],
  pools: { '2M': 2 },
  async run({ memory, agent, check, expectDone, offered, uapi }) {
    for (const { size, ...options } of offered([{ size: 1 }, { size: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1024, initially: 'shared', ...options })
      const expectBlocks = async (allocated: number, what: string): Promise<void> => {
        const { blocks } = expectDone(await agent.gmem.status(file.handles.gmem), 'asking for the status')
        check.equal(
          blocks,
          size > 1 ? allocated * 8 : uapi.blocksOf(allocated),
          `st_blocks of a file of ${size * 4}K pages, ${what}`,
        )
      }
      await expectBlocks(0, 'new')
      for (let round = 0; round < 4; round += 1) {
        await file.host.fill(page(3), 0x64)
        await expectBlocks(size, 'one page touched by the host')
        await file.guest.expect(page(515), 0)
        await expectBlocks(2 * size, 'one more touched by the guest')
        await file.allocate(file.all)
        await expectBlocks(1024, 'all allocated')
        await file.convert('private', pages(100, 924))
        await expectBlocks(1024, 'in both states')
        await file.punchHole(pages(0, 512))
        await expectBlocks(512, 'half freed')
        await file.punchHole(file.all)
        await expectBlocks(0, 'all freed')
        await file.convert('shared', file.all)
      }
    }
  },
})
