// S-A4, S-A29, S-A30: fstat reports how much memory the file has: touched and allocated pages, without the freed ones.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'st_blocks counts the allocated pages after any way to allocate or free them, or none as the dialect has it',
  rules: ['S-A4', 'S-A29', 'S-A30'],
  async run({ agent, uapi, check, memory, expectDone }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    const expectPages = async (count: number, when: string): Promise<void> => {
      const { blocks } = expectDone(await agent.gmem.status(file.handles.gmem), 'asking for the status')
      check.equal(blocks, uapi.blocksOf(count), `st_blocks ${when}`)
    }

    await expectPages(0, 'of a new file')
    await file.allocate(pages(4, 4))
    await expectPages(4, 'after allocating 4 pages')
    await file.allocate(pages(4, 4))
    await expectPages(4, 'after allocating the same pages again')
    await file.host.fill(page(0), 0x31)
    await file.guest.fill(page(15), 0x32)
    await expectPages(6, 'after host and guest touched one page each')
    await file.convert('private', file.all)
    await file.convert('shared', pages(0, 8))
    await expectPages(6, 'after conversions')
    await file.punchHole(pages(6, 6))
    await expectPages(4, 'after a hole with 2 pages in it')
    await file.punchHole(pages(6, 6))
    await expectPages(4, 'after a hole with nothing in it')
    await file.punchHole(file.all)
    await expectPages(0, 'after all was freed')
  },
})
