// S-A14: the state belongs to the file, not to the descriptor that converted it, and it outlives that descriptor.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion through one descriptor is visible through all descriptors and mappings of the file',
  rules: ['S-A14', 'S-A9'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const duplicate = await file.duplicate()
    await duplicate.host.fill(file.all, 0x61)
    await file.host.expect(file.all, 0x61)

    await duplicate.convert('private', pages(2, 3))
    await file.host.expectSigbus(pages(2, 3))
    await duplicate.host.expectSigbus(pages(2, 3))

    await file.convert('shared', page(3))
    await duplicate.host.fill(page(3), 0x62)
    await file.matchesModel()

    await duplicate.close()
    await duplicate.host.expectSigbus(page(2))
    await file.convert('shared', file.all)
    await duplicate.host.expect(page(2), 0x61)
    await file.matchesModel()
  },
})
