// S-A6, S-A18: in a slot whose guest addresses are misaligned to the huge pages, the guest gets 4K mappings of the right pages.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const skews = [1, 2, 255, 256, 257, 511]
const marks = [0, 1, 255, 256, 257, huge - 1, huge, huge + 1, 2 * huge - 1, 2 * huge, 3 * huge - 1]

export default scenario({
  title: 'a slot that is misaligned to its huge pages maps the right pages by 4K',
  rules: ['S-A6', 'S-A18', 'S-A17', 'S-A19'],
  bugs: ['A-19'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 3 },
  async run({ memory, check }) {
    const file = await memory({ pages: 3 * huge, hugePages: '2M', initially: 'private', slot: false })
    for (const [round, skewedBy] of skews.entries()) {
      const slot = await file.bind(file.all, { skewedBy })
      const before = await slot.guest.mappings()
      for (const [position, index] of marks.entries()) await slot.guest.fill(page(index), 0x10 * round + position + 1)
      const after = await slot.guest.mappings()
      check.equal([after['2M'], after['1G']], [before['2M'], before['1G']], `huge mappings, skewed by ${skewedBy}`)
      await slot.matchesModel()
      await slot.unbind()

      // The host sees the same pages, and so does the next slot, which has another skew.
      await file.convert('shared', file.all)
      await file.matchesModel()
      await file.host.fill(page(huge), 0xf0 + round)
      await file.convert('private', round % 2 === 0 ? file.all : pages(0, 2 * huge))
    }
    await file.convert('private', file.all)
    const aligned = await file.bind(file.all)
    const before = await aligned.guest.mappings()
    await aligned.matchesModel()
    const after = await aligned.guest.mappings()
    check.equal(after['2M'] - before['2M'], 3, 'huge mappings of a slot that is aligned')
  },
})
