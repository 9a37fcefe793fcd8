// S-A35: a mapping keeps the memory and its states after the descriptor is closed; the guest loses the memory with the last mapping.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a mapping outlives the descriptor, with its contents and its private pages',
  rules: ['S-A35', 'S-A16', 'S-A14'],
  async run({ agent, check, memory, expectDone }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const { gmem, mapping } = file.handles
    await file.host.fill(file.all, 0x6a)
    await file.guest.expect(file.all, 0x6a)
    await file.convert('private', pages(4, 3))

    expectDone(await agent.close(gmem), 'closing the only descriptor')
    await file.matchesModel()
    await file.host.expectSigbus(pages(4, 3))
    await file.host.fill(page(7), 0x6b)
    await file.matchesModel()

    if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping the file')
    const wanted = [{ first: 0, count: 8, value: 'fault' }]
    check.equal<unknown>(await file.guest.look(file.all), wanted, 'guest view of a file without descriptor and mapping')
  },
})
