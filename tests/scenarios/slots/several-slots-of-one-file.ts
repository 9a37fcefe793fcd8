// S-A5, S-A10: parts of one file may be in several slots, in any order; a conversion or a hole across them unmaps pages from all of them.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'conversions and holes reach the guest through every slot of the file',
  rules: ['S-A5', 'S-A10', 'S-A18'],
  bugs: ['A-15'],
  needs: ['in-place-conversion', 'binary-stats'],
  async run({ check, memory }) {
    // The host has no mapping: unmapping it would unmap the guest as well.
    const file = await memory({ pages: 12, initially: 'shared', slot: false, mapped: false })
    const last = await file.bind(pages(8, 4))
    const first = await file.bind(pages(0, 4))
    const middle = await file.bind(pages(4, 4))
    const everySlotMatches = async (): Promise<void> => {
      for (const slot of [first, middle, last]) await slot.matchesModel()
    }
    await first.guest.fill(pages(0, 4), 0x51)
    await middle.guest.fill(pages(4, 4), 0x51)
    await last.guest.fill(pages(8, 4), 0x51)
    await everySlotMatches()

    const mapped = await middle.guest.mappedPages()
    await file.convert('private', pages(2, 8))
    const taken = mapped - (await middle.guest.mappedPages())
    check.equal(taken, 8, 'pages that the conversion took from the guest')
    await everySlotMatches()

    await middle.guest.fill(pages(4, 4), 0x52)
    await everySlotMatches()
    await file.punchHole(pages(3, 6))
    await everySlotMatches()
  },
})
