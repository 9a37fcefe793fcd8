// K-ranges, S-A15, V-1: attributes of the VM that are set where no memslot is yet, or across several: nothing for a file that has states, the memory of one that has none.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
/** Inside of huge pages, across two of them, all of one. */
const marked = [page(1), pages(huge - 1, 2), pages(2 * huge, huge), page(4 * huge - 1)]

export default scenario({
  title: 'attributes of the VM that are older than a memslot have the same meaning as later ones',
  rules: ['K-ranges', 'S-A15', 'S-A17', 'V-1'],
  needs: ['in-place-conversion', 'hugetlb', 'vm-attributes', 'binary-stats'],
  pools: { '2M': 4 },
  async run({ memory, agent, check, expectDone }) {
    const file = await memory({ pages: 4 * huge, hugePages: '2M', initially: 'private', slot: false, mapped: false })
    const { vm, gmem, gpa } = file.handles
    const size = file.pages * pageSize
    const bind = async () => expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem }), 'binding the file')
    const unbind = async () => expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
    const touch = async (when: string) => {
      const before = (await file.guest.mappings())['2M']
      await file.guest.fill(file.all, 0x61)
      const huges = (await file.guest.mappings())['2M'] - before
      check.equal(huges, 4, `huge pages that the guest maps as such, with attributes ${when}`)
      check.equal<unknown>(
        await file.guest.look(file.all),
        file.model.guestView(),
        `guest view with attributes ${when}`,
      )
    }
    for (const range of marked) await file.setVmAttributes('private', range)
    await bind()
    await touch('set before the memslot')
    await unbind()
    await bind()
    for (const { first } of marked) await file.setVmAttributes('shared', page(first))
    await touch('changed after the memslot')
    const mapped = (await file.guest.mappings())['2M']
    for (const range of marked) await file.setVmAttributes('private', range)
    check.equal((await file.guest.mappings())['2M'], mapped, 'huge mappings after a change of attributes')

    // The private memory alone; it has a slot of its own, which goes and comes back.
    const other = await memory({ pages: 2 * huge, initially: 'shared', twoMemories: true, beside: file })
    const { mapping, gmem: theirs, gpa: at } = other.handles
    await other.host.fill(other.all, 0x62)
    const bytes = other.pages * pageSize
    const slot = { vm, slot: 1, gpa: at, size: bytes, mapping, gmem: theirs }
    expectDone(await agent.vm.deleteMemslot(vm, 1), 'unbinding the other file')
    for (const range of [page(0), pages(7, 3), pages(huge - 1, 2), page(2 * huge - 1)])
      await other.convert('private', range)
    expectDone(await agent.vm.setMemslot(slot), 'binding the other file again')
    await other.matchesModel()
    await other.guest.fill(other.all, 0x63)
    await other.matchesModel()

    // A range from the first file over the hole between both to the other one.
    const all = { target: vm, dialect: 'vm-attributes', offset: gpa, size: at + bytes - gpa } as const
    for (const to of ['shared', 'private'] as const) {
      expectDone(await agent.gmem.convert({ ...all, to }), `making all addresses ${to}`)
      other.model.convert(to, other.all)
      await other.matchesModel()
      check.equal<unknown>(
        await file.guest.look(file.all),
        file.model.guestView(),
        `guest view with all addresses ${to}`,
      )
    }
    check.equal((await file.guest.mappings())['2M'] >= mapped, true, 'the file with states keeps its huge mappings')
  },
})
