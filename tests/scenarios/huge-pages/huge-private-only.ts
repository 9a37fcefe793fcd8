// S-A3, S-A17: a file of huge pages without SUPPORT_SHARED stays private: no mapping, no conversion, and huge mappings for the guest.
import { gmemFlags, hugePageBytes, pageSize, pagesPerHugePage, scenario } from '../../../harness/api.ts'

const huge = pagesPerHugePage('2M')
const size = 2 * hugePageBytes['2M']
const gpa = 0x4000_0000

export default scenario({
  title: 'a file of huge pages without SUPPORT_SHARED stays whole, and can be neither mapped nor converted',
  rules: ['S-A3', 'S-A17', 'S-A20', 'S-A36'],
  bugs: ['O-8'],
  needs: ['in-place-conversion', 'hugetlb', 'vm-attributes', 'binary-stats'],
  pools: { '2M': 4 },
  async run({ agent, check, dialect, pools, expectDone, expectErrno }) {
    await pools.poison('2M', 0xdd)
    const before = await pools.counters('2M')
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const created = await agent.gmem.create({ vm, size, flags: gmemFlags.hugetlb | gmemFlags.huge2M })
    const { gmem } = expectDone(created, 'creating a file that cannot be shared')
    expectErrno(await agent.host.mmap({ file: gmem, length: size }), 'ENODEV', 'mapping it')
    for (const to of ['shared', 'private'] as const) {
      const reply = await agent.gmem.convert({ target: gmem, dialect, to, offset: 0, size: pageSize })
      expectErrno(reply, 'ENOTTY', `converting it to ${to}`)
    }

    const { mapping } = expectDone(await agent.host.mmap({ length: size }), 'mapping memory for the shared pages')
    expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem, mapping }), 'binding it')
    const attributes = { target: vm, dialect: 'vm-attributes', to: 'private', offset: gpa, size } as const
    expectDone(await agent.gmem.convert(attributes), 'making the guest use it')
    const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
    expectDone(await agent.guest.fill(vcpu, gpa + pageSize, pageSize, { byte: 0x19 }), 'the guest writing')
    const { runs } = expectDone(await agent.guest.scan(vcpu, gpa, size), 'the guest looking')
    check.equal<unknown>(
      runs,
      [
        { first: 0, count: 1, value: 0 },
        { first: 1, count: 1, value: 0x19 },
        { first: 2, count: 2 * huge - 2, value: 0 },
      ],
      'guest view',
    )
    expectErrno(await agent.gmem.punchHole(gmem, 0, hugePageBytes['2M']), 'OK', 'punching a hole')
    const { free, reserved } = await pools.counters('2M')
    check.equal([free, reserved], [before.free - 1, before.reserved + 1], 'free and reserved pages after the hole')

    expectDone(await agent.close(gmem), 'closing it')
    const fault = await agent.guest.read(vcpu, gpa + hugePageBytes['2M'], 8)
    check.equal(fault.outcome, 'memory-fault', 'a read by the guest after the close')
    check.equal(await pools.counters('2M'), before, 'the pool afterwards')
  },
})
