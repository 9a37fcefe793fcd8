// S-A1: without INIT_PRIVATE every page of a new file is shared: the host reaches all pages, the first and the last included.
import { scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'every page of a new file is shared',
  rules: ['S-A1', 'S-A16', 'S-B1'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })

    await file.host.fill(file.all, 0x11)
    await file.host.expect(file.all, 0x11)
    await file.guest.expect(file.all, 0x11)
  },
})
