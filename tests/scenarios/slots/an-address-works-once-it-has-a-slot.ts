// S-A18: an address that the guest has touched before it had a slot is like any other one when it has a slot.
import { page, pageSize, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const files = [{ pages: 8 }, { pages: pagesPerHugePage('2M'), hugePages: '2M' }] as const

export default scenario({
  title: 'the guest reaches pages of both states where it found no memory before',
  rules: ['S-A18'],
  pools: { '2M': 1 },
  async run({ memory, agent, check, expectDone, offered }) {
    for (const options of offered(files)) {
      for (const initially of ['shared', 'private'] as const) {
        const file = await memory({ ...options, initially, slot: false })
        const { gpa, gmem, mapping, nestedVm } = file.handles
        const vcpu = await nestedVm.vcpu()
        for (const round of [1, 2]) {
          for (const index of [3, 5]) {
            const access = await agent.guest.read(vcpu, gpa + index * pageSize, 8)
            check.equal(access.outcome, 'unexpected-exit', `how an access to page ${index} without a slot ends`)
          }
          const slot = await file.bind(file.all, gpa)
          await slot.matchesModel(pages(0, 8))
          await file.convert(file.model.stateAt(3) === 'shared' ? 'private' : 'shared', page(3))
          await slot.matchesModel(pages(0, 8))
          await slot.guest.fill(pages(0, 8), 0x30 + round)
          await slot.unbind()
        }
        expectDone(await agent.close(gmem), 'closing the file')
        if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping the file')
      }
    }
  },
})
