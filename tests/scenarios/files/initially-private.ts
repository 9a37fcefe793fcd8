// S-A1: with INIT_PRIVATE every page of a new file is private: the guest reaches all pages, the host none.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'with INIT_PRIVATE every page of a new file is private',
  rules: ['S-A1', 'S-A16', 'S-B1'],
  bugs: ['B-13'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'private' })

    await file.host.expectSigbus(file.all)
    await file.guest.fill(file.all, 0x22)
    await file.host.expectSigbus(file.all)

    await file.convert('shared', page(7))
    await file.host.expect(page(7), 0x22)
    await file.matchesModel()
  },
})
