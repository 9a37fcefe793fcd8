// S-A20, S-B13: a page that was allocated without an access reads zero at its first use: in each state, by each side.
import { pages, scenario } from '../../../harness/api.ts'

const count = 256
const half = pages(64, 128)

export default scenario({
  title: 'pages that were allocated and converted before any access read zero',
  rules: ['S-A20', 'S-B13', 'S-A18', 'S-A33'],
  async run({ memory, check }) {
    for (const initially of ['private', 'shared'] as const) {
      const other = initially === 'private' ? 'shared' : 'private'
      for (const user of ['host', 'guest'] as const) {
        // The frames of this file are the next ones that the kernel gives away.
        const former = await memory({ pages: count, initially: 'shared' })
        await former.host.fill(former.all, 0xa5)
        await former.close()
        const file = await memory({ pages: count, initially })
        await file.allocate(file.all)
        await file.convert(other, half)
        const what = `${user} view of pages that are used first in the other state`
        const wanted = user === 'host' ? file.model.hostView(half) : file.model.guestView(half)
        check.equal<unknown>(await file[user].look(half), wanted, what)
        await file.convert(initially, half)
        await file.matchesModel()
        await file.close()
      }
    }
  },
})
