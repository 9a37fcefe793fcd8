// S-A5, S-A10: parts of one file may be in several slots, in any order; a conversion across them takes its pages from all of them.
import { pages, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'a conversion reaches the guest through every slot of the file',
  rules: ['S-A5', 'S-A10', 'S-A18'],
  async run({ memory }) {
    const file = await memory({ pages: 12, initially: 'shared', slot: false })
    const slots = [await file.bind(pages(8, 4)), await file.bind(pages(0, 4)), await file.bind(pages(4, 4))]
    const everySlotMatches = async (): Promise<void> => {
      for (const slot of slots) await slot.matchesModel()
      await file.matchesModel()
    }
    await file.host.fill(file.all, 0x51)
    await everySlotMatches()

    await file.convert('private', pages(2, 8))
    await everySlotMatches()
    await slots[2]?.guest.fill(pages(4, 4), 0x52)
    await file.convert('shared', pages(3, 6))
    await everySlotMatches()
  },
})
