// S-A14, S-B1: each file of a VM has states of its own, and a slot that goes and comes, at any address, changes none of them.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'two files of one VM keep their states and data while slots of both come and go',
  rules: ['S-A14', 'S-B1', 'S-A19', 'K-slots'],
  async run({ memory }) {
    const first = await memory({ pages: 16, initially: 'private', slot: false })
    const second = await memory({ pages: 16, initially: 'shared', slot: false, beside: first })
    await first.convert('shared', pages(0, 4))
    await second.convert('private', pages(8, 8))
    await first.host.fill(pages(0, 4), 0x31)
    await second.host.fill(pages(0, 8), 0x32)
    for (let round = 0; round < 4; round += 1) {
      const slots = [await first.bind(first.all), await second.bind(second.all)]
      for (const slot of slots) await slot.matchesModel()
      await slots[round % 2]?.unbind()
      const [changed, to] = round % 2 === 0 ? [first, 'shared' as const] : [second, 'private' as const]
      const range = round % 2 === 0 ? pages(4 + round, 1) : pages(round, 1)
      await changed.convert(to, range)
      await slots[1 - (round % 2)]?.matchesModel()
      await slots[1 - (round % 2)]?.unbind()
      await first.matchesModel()
      await second.matchesModel()
    }
  },
})
