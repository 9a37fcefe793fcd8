// S-A6, S-A17: the guest maps huge pages as such if its addresses are congruent to the file, with any host address of the slot.
import { page, pageSize, pages, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const whole = pagesPerHugePage('2M')

export default scenario({
  title: 'a huge page is mapped as such with any host address of its slot, and without one',
  rules: ['S-A6', 'S-A17', 'K-slots'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats'],
  pools: { '2M': 3 },
  async run({ memory, agent, check, expectDone }) {
    const file = await memory({ pages: 3 * whole, hugePages: '2M', initially: 'private', slot: false })
    const { vm, gmem, mapping, nestedVm } = file.handles
    const vcpu = await nestedVm.vcpu()
    await file.allocate(file.all)
    // A mapping begins at a multiple of 2M, also if it begins with another page of the file.
    for (const first of [0, 1, 300]) {
      const length = 2 * whole * pageSize
      const offset = first * pageSize
      const skewed = expectDone(await agent.host.mmap({ file: gmem, offset, length }), `mapping from page ${first} on`)
      for (const [what, address] of Object.entries({
        'no host address': {},
        'the host address of the whole file': mapping === undefined ? {} : { mapping, mappingOffset: offset },
        'the host address of a mapping from there on': { mapping: skewed.mapping },
      })) {
        const free = nestedVm.takeSlot({ size: length, alignment: whole * pageSize, offset })
        const bound = { vm, ...free, size: length, gmem, gmemOffset: offset, ...address }
        const where = `a slot from page ${first} on with ${what}`
        expectDone(await agent.vm.setMemslot(bound), `binding ${where}`)
        const before = await file.guest.mappings()
        expectDone(
          await agent.guest.fill(vcpu, free.gpa + (whole - first) * pageSize, pageSize, { byte: 1 }),
          'writing',
        )
        const { '2M': huge } = await file.guest.mappings()
        check.equal(huge - before['2M'], 1, `huge mappings of ${where}`)
        expectDone(await agent.vm.deleteMemslot(vm, free.slot), 'deleting the slot')
      }
      expectDone(await agent.host.munmap(skewed.mapping), 'unmapping')
    }
    file.model.fill(page(whole), 1)
    await file.convert('shared', file.all)
    await file.host.expect(page(whole), 1)
    await file.host.expect(pages(whole + 1, 4), 0)
  },
})
