// S-A19, B-21: shared and private are states of one page, not two memories: the page keeps its bytes and its frame in both states.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a page is the same memory for host and guest, in either state',
  rules: ['S-A18', 'S-A19', 'S-A16'],
  bugs: ['B-21'],
  needs: ['in-place-conversion', 'pagemap'],
  async run({ memory, check }) {
    const file = await memory({ pages: 8, initially: 'shared' })

    // While the page is shared, each side sees writes of the other one at once.
    await file.host.fill(file.all, 0x54)
    await file.guest.expect(file.all, 0x54)
    await file.guest.fill(pages(2, 4), 0x55)
    await file.host.expect(pages(2, 4), 0x55)
    const frames = await file.host.frames(file.all)

    await file.convert('private', file.all)
    await file.guest.expect(pages(2, 4), 0x55)
    await file.guest.fill(pages(4, 4), 0x56)
    await file.convert('shared', file.all)

    await file.matchesModel()
    check.equal(await file.host.frames(file.all), frames, 'page frames before and after')
    check.equal(new Set(frames).size, file.pages, 'number of different page frames')
  },
})
