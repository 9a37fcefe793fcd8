// S-A9, S-A19: after the pin ends the same conversion succeeds, and the data written before the refusal and during the pin is there.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a refused conversion succeeds after the unpin, with all data',
  rules: ['S-A9', 'S-A19'],
  bugs: ['A-21'],
  needs: ['in-place-conversion', 'gup-test'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x68)

    const pin = await file.pin(page(4), 'gup-test')
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await file.expectRefusal('private', pages(2, 5), 'EAGAIN', 4)
    }
    await file.host.fill(page(4), 0x69)
    await file.guest.fill(page(5), 0x6a)
    await pin.release()

    await file.convert('private', pages(2, 5))
    await file.matchesModel()
    await file.convert('shared', pages(2, 5))
    await file.matchesModel()
  },
})
