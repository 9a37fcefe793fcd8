// S-A1: a conversion inside a range of equal pages turns one range into three, and every page still has a state.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion inside a range leaves both ends of the range as they were',
  rules: ['S-A1', 'S-A16', 'S-A19'],
  needs: ['private-memory'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.host.fill(file.all, 0x31)

    await file.convert('private', pages(4, 9))
    await file.guest.fill(pages(4, 9), 0x32)
    await file.matchesModel()

    await file.convert('shared', page(8))
    await file.matchesModel()
  },
})
