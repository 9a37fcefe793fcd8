// S-A6: a slot may be at any guest address: the guest sees the right pages where address and file offset differ modulo 2M.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'

const twoMiB = 512 * pageSize
/** An address with the same offset in its 2M page as page 5 has in the file, one that differs, and one that crosses a 2M boundary. */
const addresses = [
  { what: '5 pages behind a 2M boundary, congruent', gpa: 0x8000_0000 + 5 * pageSize },
  { what: '6 pages behind a 2M boundary', gpa: 0x8000_0000 + 6 * pageSize },
  { what: 'across a 2M boundary', gpa: 0x8000_0000 + twoMiB - 3 * pageSize },
]

export default scenario({
  title: 'a slot that is misaligned to its file shows the guest the right pages',
  rules: ['S-A6', 'S-A18'],
  async run({ memory }) {
    const file = await memory({ pages: 24, initially: 'shared', slot: false })
    for (let index = 0; index < file.pages; index += 1) await file.host.fill(page(index), 0x10 + index)
    for (let index = 6; index < 20; index += 4) await file.convert('private', pages(index, 2))

    for (const { gpa } of addresses) {
      const slot = await file.bind(pages(5, 16), gpa)
      await slot.matchesModel()
      await slot.guest.fill(pages(7, 3), 0xa0)
      await slot.guest.fill(page(20), 0xa1)
      await slot.matchesModel()
      await slot.unbind()
    }
    await file.convert('shared', file.all)
    await file.matchesModel()
  },
})
