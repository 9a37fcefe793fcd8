// S-A6: a 1G page in a skewed slot is mapped by 2M if the skew is a multiple of 2M, else by 4K, and always the right part of it.
import { page, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('1G')
const small = pagesPerHugePage('2M')
/** Each page in another 2M range. */
const marks = [3, small, huge / 2, huge - 1]
/**
 * Places of a slot from the second 2M of the file on: it has memory for a whole aligned 1G of the guest's addresses, but
 * parts of two 1G pages. The second of them costs nothing, for it is not touched.
 */
const shifted = [
  { gpa: 2 ** 36, mapped2M: marks.length - 1 },
  { gpa: 2 ** 38 + 4096, mapped2M: 0 },
]
const skews = [
  { skewedBy: small, mapped2M: marks.length },
  { skewedBy: 1, mapped2M: 0 },
  { skewedBy: small + 1, mapped2M: 0 },
]

export default scenario({
  title: 'a 1G page in a misaligned slot is mapped correctly, by the largest pages that fit',
  rules: ['S-A6', 'S-A18', 'S-A19'],
  bugs: ['A-19'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats'],
  pools: { '1G': 2 },
  timeout: 30,
  async run({ memory, check }) {
    const file = await memory({ pages: 2 * huge, hugePages: '1G', initially: 'private', slot: false })
    const first = pages(0, huge)
    for (const [round, { skewedBy, mapped2M }] of skews.entries()) {
      const slot = await file.bind(first, { skewedBy })
      const before = await slot.guest.mappings()
      for (const [position, index] of marks.entries()) {
        if (round > 0) await slot.matchesModel(page(index)) // data written through the previous slot
        await slot.guest.fill(page(index), 0x10 * round + position + 1)
      }
      const after = await slot.guest.mappings()
      const found = { '2M': after['2M'] - before['2M'], '1G': after['1G'] - before['1G'] }
      check.equal(found, { '2M': mapped2M, '1G': 0 }, `huge mappings of a slot that is skewed by ${skewedBy} pages`)
      await slot.unbind()
    }
    for (const [round, { gpa, mapped2M }] of shifted.entries()) {
      const slot = await file.bind(pages(small, huge), gpa)
      const before = await slot.guest.mappings()
      for (const [position, index] of marks.slice(1).entries()) {
        await slot.guest.fill(page(index), 0x80 + 0x10 * round + position)
      }
      const after = await slot.guest.mappings()
      const found = { '2M': after['2M'] - before['2M'], '1G': after['1G'] - before['1G'] }
      check.equal(found, { '2M': mapped2M, '1G': 0 }, `huge mappings of a slot from page ${small} on at ${gpa}`)
      for (const index of marks.slice(1)) await slot.matchesModel(page(index))
      await slot.unbind()
    }
    await file.convert('shared', first)
    for (const index of marks) await file.matchesModel(page(index))
  },
})
