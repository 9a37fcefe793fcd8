// S-A14: the state belongs to one file: a conversion does not affect other files of the same VM at the same offsets.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'converting, punching and closing one file leaves other files of the same VM alone',
  rules: ['S-A14', 'S-A1'],
  async run({ agent, memory, expectDone }) {
    const one = await memory({ pages: 8, initially: 'shared' })
    const other = await memory({ pages: 8, initially: 'private', beside: one })
    await one.host.fill(one.all, 0x11)
    await other.guest.fill(other.all, 0x22)

    await one.convert('private', pages(2, 4))
    await other.convert('shared', pages(4, 4))
    await one.punchHole(page(4))
    await one.matchesModel()
    await other.matchesModel()

    expectDone(await agent.close(one.handles.gmem), 'closing the first file')
    await other.convert('private', page(5))
    await other.matchesModel()
  },
})
