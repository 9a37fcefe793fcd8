// S-A7: the kernel leaves pages that are already in the wanted state alone: it neither unmaps them nor checks them for pins.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion to the state that pages already have changes and unmaps nothing',
  rules: ['S-A7', 'S-A10', 'S-B2'],
  bugs: ['B-12'],
  needs: ['in-place-conversion', 'gup-test', 'pagemap', 'binary-stats'],
  async run({ memory, check }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.convert('private', pages(8, 8))
    await file.guest.fill(file.all, 0x51)
    await file.host.fill(pages(0, 8), 0x52)
    await file.pin(page(3), 'gup-test')
    const frames = await file.host.frames(pages(0, 8))
    const mapped = await file.guest.mappedPages()

    await file.ensure('shared', pages(0, 8))
    await file.ensure('private', pages(8, 8))

    check.equal(await file.host.frames(pages(0, 8)), frames, 'page frames in the page tables of the host')
    check.equal(await file.guest.mappedPages(), mapped, 'pages in the page tables of the guest')
    await file.matchesModel()
  },
})
