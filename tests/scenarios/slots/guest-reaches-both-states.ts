// S-A18: the guest can read and write any page in either state: a mapped, a converted or an untouched one.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the guest can read and write pages of either state',
  rules: ['S-A18', 'S-A11'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 12, initially: 'shared' })
    await file.convert('private', pages(6, 6))
    await file.guest.fill(file.all, 0x73)
    await file.matchesModel()

    await file.convert('private', pages(3, 3))
    await file.convert('shared', pages(6, 3))
    await file.guest.fill(file.all, 0x74)
    await file.matchesModel()
  },
})
