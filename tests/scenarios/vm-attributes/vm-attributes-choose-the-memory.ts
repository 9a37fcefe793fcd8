// V-1: with a file that cannot be mapped, attributes of the VM select for each page whether the guest sees host memory or the file.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'attributes of the VM select between host memory and the memory of the file',
  rules: ['V-1'],
  needs: ['private-memory', 'vm-attributes'],
  async run({ memory }) {
    const file = await memory({ pages: 8, initially: 'shared', twoMemories: true })
    await file.host.fill(file.all, 0xaa)
    await file.guest.expect(file.all, 0xaa)

    await file.convert('private', pages(2, 4))
    await file.guest.expect(pages(2, 4), 0)
    await file.guest.fill(pages(0, 4), 0xbb)
    await file.host.expect(pages(2, 6), 0xaa)
    await file.matchesModel()

    await file.convert('shared', page(3))
    await file.guest.expect(page(3), 0xaa)
    await file.convert('private', page(3))
    await file.guest.expect(page(3), 0xbb)
    await file.matchesModel()
  },
})
