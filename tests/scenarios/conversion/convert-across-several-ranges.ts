// S-A7: a range may start and end inside ranges of either state and contain whole ranges of both: all its pages get the wanted state.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'one conversion covers any mixture of states',
  rules: ['S-A7', 'S-A1', 'S-A19'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 24, initially: 'shared' })
    await file.host.fill(file.all, 0x36)
    for (const range of [pages(4, 4), page(10), pages(12, 5), pages(20, 2)]) {
      await file.convert('private', range)
    }
    await file.guest.fill(file.all, 0x37)
    await file.matchesModel()

    await file.convert('private', pages(6, 9))
    await file.matchesModel()
    await file.convert('shared', pages(2, 19))
    await file.matchesModel()
  },
})
