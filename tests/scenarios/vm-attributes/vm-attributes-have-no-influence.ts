// S-A15: the state of a page belongs to the file alone: attributes of the VM change nothing for host or guest.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'memory attributes of the VM do not change the state of pages',
  rules: ['S-A15', 'S-A18'],
  needs: ['in-place-conversion', 'vm-attributes'],
  async run({ memory }) {
    const file = await memory({ pages: 16, initially: 'shared' })
    await file.convert('private', pages(8, 8))
    await file.guest.fill(pages(0, 6), 0x71)
    await file.guest.fill(pages(12, 4), 0x71)

    await file.setVmAttributes('private', pages(4, 8)) // half of them not mapped in the guest yet
    await file.matchesModel()
    await file.guest.fill(file.all, 0x72)

    await file.setVmAttributes('shared', file.all)
    await file.matchesModel()
    await file.convert('private', pages(0, 2))
    await file.convert('shared', pages(14, 2))
    await file.matchesModel()
  },
})
