// S-A2, S-A5: a VM without private memory can use a file whose pages are shared; it cannot use a private file.
import { gmemFlags, memslotFlags, pageSize, scenario, vmTypes } from '../../../harness/api.ts'

const size = 4 * pageSize
const gpa = 0x4000_0000

export default scenario({
  title: 'a plain VM runs on the shared pages of a file, and accepts no private file',
  rules: ['S-A2', 'S-A5', 'S-A18'],
  async run({ agent, check, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating a plain VM')
    const sharedFile = await agent.gmem.create({ vm, size, flags: gmemFlags.supportShared })
    const { gmem: file } = expectDone(sharedFile, 'creating a file with shared pages')
    const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), 'mapping it')
    const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')

    expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem: file, mapping }), 'binding it')
    expectDone(await agent.host.fill(mapping, 0, size, { seed: 7 }), 'the host writing')
    const seen = expectDone(await agent.guest.verify(vcpu, gpa, size, { seed: 7 }), 'the guest reading')
    check.equal(seen.mismatches, 0, 'words in which the guest differs from the host')

    for (const [name, flag] of Object.entries(memslotFlags)) {
      if (flag === memslotFlags.guestMemfd) continue
      const slot = { vm, slot: 1, gpa: gpa + size, size, gmem: file, flags: Number(memslotFlags.guestMemfd | flag) }
      expectErrno(await agent.vm.setMemslot(slot), 'EINVAL', `binding it with the flag ${name}`)
    }
    const privateFile = await agent.gmem.create({ vm, size, flags: 0n })
    if (privateFile.errno === 'OK') {
      const slot = { vm, slot: 1, gpa: gpa + size, size, gmem: privateFile.gmem }
      expectErrno(await agent.vm.setMemslot(slot), 'EINVAL', 'binding a file without shared pages')
    }
  },
})
