// V-1, S-A6, K-ranges: huge pages of a file without SUPPORT_SHARED beside host memory: attributes of the VM that are mixed in a huge page, older and younger than the memslot, and slots at every skew.
import { gmemFlags, hugePageBytes, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const size = 3 * hugePageBytes['2M']
const gpa = 0x4000_0000
/** Ranges in host memory: inside of a huge page, across two of them, and all but the last page of one. */
const inHost = [
  { first: 5, count: 1 },
  { first: huge - 1, count: 2 },
  { first: 2 * huge, count: huge - 1 },
]
const skews = [1, 2, 255, 511]

export default scenario({
  title:
    'huge pages that are private by attributes of the VM show the right memory beside host memory and in skewed slots',
  rules: ['V-1', 'S-A6', 'S-A17', 'K-ranges'],
  needs: ['in-place-conversion', 'hugetlb', 'vm-attributes'],
  pools: { '2M': 3 },
  async run({ agent, check, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const created = await agent.gmem.create({ vm, size, flags: gmemFlags.hugetlb | gmemFlags.huge2M })
    const { gmem } = expectDone(created, 'creating a file that cannot be shared')
    const room = size + hugePageBytes['2M']
    const { mapping, address } = expectDone(await agent.host.mmap({ length: room }), 'mapping host memory')
    expectDone(await agent.host.fill(mapping, 0, room, { byte: 0xaa }), 'filling host memory')
    // A host address that is as aligned as the guest's lets KVM map huge pages.
    const mappingOffset = hugePageBytes['2M'] - Number(address % BigInt(hugePageBytes['2M']))
    const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
    const whole = { vm, slot: 0, gpa, size, gmem, mapping, mappingOffset }
    const attribute = async (to: 'shared' | 'private', offset: number, length: number) =>
      expectDone(
        await agent.gmem.convert({ target: vm, dialect: 'vm-attributes', to, offset, size: length }),
        `making ${length / pageSize} pages ${to}`,
      )
    const look = async (first: number, at = gpa) => {
      const { runs } = expectDone(
        await agent.guest.scan(vcpu, at + first * pageSize, pageSize),
        `reading page ${first}`,
      )
      return runs.map(({ value }) => value)
    }
    for (const order of ['before', 'after'] as const) {
      await attribute('private', gpa, size)
      if (order === 'after') expectDone(await agent.vm.setMemslot(whole), 'binding the file')
      for (const { first, count } of inHost) await attribute('shared', gpa + first * pageSize, count * pageSize)
      if (order === 'before') expectDone(await agent.vm.setMemslot(whole), 'binding the file')
      const what = `of a memslot that is there ${order} the attributes`
      for (const index of [0, huge + 1, 3 * huge - 1]) {
        check.equal<unknown>(await look(index), [0], `private page ${index} ${what}`)
      }
      for (const index of inHost.flatMap(({ first, count }) => [first, first + count - 1])) {
        check.equal<unknown>(await look(index), [0xaa], `page ${index}, in host memory, ${what}`)
      }
      expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
    }

    await attribute('private', gpa, 2 * size)
    for (const skew of skews) {
      const at = gpa + size
      const gmemOffset = skew * pageSize
      const slot = { vm, slot: 1, gpa: at, size: hugePageBytes['2M'], gmem, gmemOffset, mapping, mappingOffset }
      expectDone(await agent.vm.setMemslot(slot), `binding 2M from page ${skew} on`)
      const marks = [...new Set([0, 255, huge - skew, huge - 1])]
      for (const [position, index] of marks.entries()) {
        const byte = (skew % 200) + position + 1
        expectDone(await agent.guest.fill(vcpu, at + index * pageSize, pageSize, { byte }), 'the guest writing')
      }
      expectDone(await agent.vm.deleteMemslot(vm, 1), 'unbinding it')
      expectDone(await agent.vm.setMemslot(whole), 'binding the file')
      for (const [position, index] of marks.entries()) {
        const byte = (skew % 200) + position + 1
        const what = `page ${skew + index}, written as page ${index} of a slot from page ${skew} on`
        check.equal<unknown>(await look(skew + index), [byte], what)
      }
      expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
    }
  },
})
