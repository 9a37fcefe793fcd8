// S-A9, S-A10: a conversion unmaps exactly its range from host and guest; the pages beside it stay mapped to the same frames.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the pages beside a converted range stay mapped in host and guest',
  rules: ['S-A9', 'S-A10', 'S-A19'],
  bugs: ['A-36'],
  needs: ['in-place-conversion', 'pagemap', 'binary-stats'],
  async run({ memory, check }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    await file.host.fill(file.all, 0x53)
    await file.guest.expect(file.all, 0x53)
    const frames = await file.host.frames(file.all)
    const mapped = await file.guest.mappedPages()

    await file.convert('private', pages(3, 2))

    const wanted = frames.map((frame, index) => (index === 3 || index === 4 ? 'unmapped' : frame))
    check.equal(await file.host.frames(file.all), wanted, 'page frames in the page tables of the host')
    check.equal(await file.guest.mappedPages(), mapped - 2, 'pages in the page tables of the guest')
    await file.matchesModel()

    await file.convert('shared', page(3))
    check.equal(await file.guest.mappedPages(), mapped - 1, 'pages in the page tables of the guest')
    await file.matchesModel()
  },
})
