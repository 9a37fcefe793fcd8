// S-A9: any extra reference counts, not only a DMA pin: a page that waits in a pipe cannot become private either.
import { page, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a page that a pipe references is refused until the pipe is closed',
  rules: ['S-A9', 'S-A19', 'S-B4'],
  bugs: ['A-21'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x62)

    const pin = await file.pin(page(5), 'vmsplice')
    await file.expectRefusal('private', file.all, 'EAGAIN', 5)
    await file.matchesModel()
    await pin.release()

    await file.convert('private', file.all)
    await file.matchesModel()
  },
})
