// S-A16, S-A19: what a program asks the kernel to copy are the shared pages, and never a private one: in every way, of every process.
import { copyWays, page, pages, pagesPerHugePage, scenario, type Memory } from '../../../harness/api.ts'

/** The pages of each way: the first ones are shared in the end, the last two private. */
const share = 6

export default scenario({
  title: 'system calls copy from and to shared pages in every way, and from and to no private page',
  rules: ['S-A16', 'S-A19', 'S-A20', 'S-A9', 'S-A21'],
  pools: { '2M': 2 },
  async run({ memory, agent, offered }) {
    const kinds = offered([{ pages: 128 }, { pages: pagesPerHugePage('2M'), hugePages: '2M' }] as const)
    const files: Memory[] = []
    for (const options of kinds) files.push(await memory({ ...options, initially: 'shared' }))
    await using child = await agent.fork()
    for (const file of files) {
      const views = [
        ...copyWays.map((way) => file.copiesBy(way)),
        ...(['process-vm', 'proc-mem'] as const).map((way) => file.copiesBy(way, { pid: child.pid })),
      ]
      const places = views.map((view, index) => ({ view, range: pages(1 + share * index, share), tag: 0x40 + index }))

      for (const { view, range, tag } of places) {
        await view.matchesModel(page(range.first)) // untouched
        await view.fill(pages(range.first + 1, share - 1), tag) // the first touch, but for a page
        await file.host.expect(pages(range.first + 1, share - 1), tag)
        await view.fill(page(range.first), tag)
      }
      await file.matchesModel()
      for (const { view, range } of places) await view.matchesModel(pages(range.first - 1, share + 2))

      // A copy that is over is no reference: each of these succeeds at once.
      for (const { range } of places) await file.convert('private', pages(range.first + 2, share - 2))
      for (const { range, tag } of places) await file.guest.fill(pages(range.first + 3, 2), tag + 0x10)
      for (const { view, range } of places) {
        await view.expectRefused(pages(range.first + 2, share - 2))
        await view.matchesModel(pages(range.first - 1, share + 2))
      }
      await file.matchesModel()

      for (const { range } of places) await file.convert('shared', pages(range.first + 2, 2))
      for (const { view, range, tag } of places) {
        await view.matchesModel(pages(range.first - 1, share + 2))
        await view.fill(page(range.first + 3), tag + 0x20)
        await view.expectRefused(pages(range.first + 4, 2))
      }
      await file.matchesModel()
    }
  },
})
