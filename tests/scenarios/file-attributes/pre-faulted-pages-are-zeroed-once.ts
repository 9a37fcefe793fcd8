// S-B13: pages that the guest maps before its first access hold no data of their last owner, and data that come later stay.
import { page, pages, scenario } from '../../../harness/api.ts'

const count = 256

export default scenario({
  title: 'pages that are faulted in before any access read zero, and are not zeroed again',
  rules: ['S-B13', 'S-A20', 'S-A18', 'S-A33'],
  bugs: ['B-11'],
  needs: ['in-place-conversion', 'pre-fault'],
  async run({ memory }) {
    // The frames of this file are the next ones that the kernel gives away.
    const former = await memory({ pages: count, initially: 'shared' })
    await former.host.fill(former.all, 0xa5)
    await former.close()
    for (const initially of ['private', 'shared'] as const) {
      const file = await memory({ pages: count, initially })
      await file.preFault(file.all)
      await file.guest.expect(file.all, 0)
      await file.guest.fill(pages(0, 64), 0x62)
      await file.preFault(file.all)
      await file.matchesModel()

      await file.convert(initially === 'private' ? 'shared' : 'private', pages(32, 64))
      await file.preFault(file.all)
      await file.matchesModel()
      await file.punchHole(pages(16, 32))
      await file.preFault(page(20))
      await file.guest.expect(pages(16, 32), 0)
      await file.matchesModel()
      await file.host.look(file.all)
      await file.close()
    }
  },
})
