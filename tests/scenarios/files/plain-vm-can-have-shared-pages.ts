// S-A2, S-A5, S-B1: a VM without private memory can use a file with shared pages, where its dialect lets it have one; the host reaches no private page.
import { memslotFlags, pageSize, scenario, vmTypes } from '../../../harness/api.ts'

const size = 4 * pageSize
const gpa = 0x4000_0000

export default scenario({
  title:
    'a plain VM runs on the shared pages of a file where the dialect has that, and its host reaches no private page',
  rules: ['S-A2', 'S-A5', 'S-A18', 'S-B1', '2.2-attributes'],
  bugs: ['B-13'],
  async run({ agent, dialect, uapi, check, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating a plain VM')
    const flags = uapi.flagsFor({ initially: 'shared' })
    const sharedFile = await agent.gmem.create({ vm, size, flags })
    const { plainVmConverts } = uapi.expects
    // Without conversion, a kernel may refuse such a file or make it private for ever.
    if (!plainVmConverts && sharedFile.errno !== 'OK') {
      expectErrno(sharedFile, 'EINVAL', 'creating a file with shared pages')
    } else {
      const { gmem: file } = sharedFile
      expectDone(sharedFile, 'creating a file with shared pages')
      const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), 'mapping it')
      const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
      expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem: file, mapping }), 'binding it')
      const written = await agent.host.fill(mapping, 0, size, { seed: 7 })
      if (plainVmConverts || written.outcome === 'done') {
        expectDone(written, 'the host writing')
        const seen = expectDone(await agent.guest.verify(vcpu, gpa, size, { seed: 7 }), 'the guest reading')
        check.equal(seen.mismatches, 0, 'words in which the guest differs from the host')
      } else check.equal(written.outcome, 'sigbus', 'the end of a write of the host')
      for (const [name, flag] of Object.entries(memslotFlags)) {
        if (flag === memslotFlags.guestMemfd) continue
        const slot = { vm, slot: 1, gpa: gpa + size, size, gmem: file, flags: Number(memslotFlags.guestMemfd | flag) }
        expectErrno(await agent.vm.setMemslot(slot), 'EINVAL', `binding it with the flag ${name}`)
      }
      for (const to of plainVmConverts ? [] : (['shared', 'private'] as const)) {
        const reply = await agent.gmem.convert({ target: file, dialect, to, offset: 0, size: pageSize })
        expectErrno(reply, 'EINVAL', `converting a page of a plain VM to ${to}`)
      }
    }

    const unmappable = await agent.gmem.create({ vm, size, flags: 0n })
    if (plainVmConverts && unmappable.errno === 'OK') {
      const slot = { vm, slot: 1, gpa: gpa + size, size, gmem: unmappable.gmem }
      expectErrno(await agent.vm.setMemslot(slot), 'EINVAL', 'binding a file without shared pages')
    }

    const begins = 'a file that begins private'
    const { vm: other } = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating another plain VM')
    const privateFile = await agent.gmem.create({ vm: other, size, flags: uapi.flagsFor({ initially: 'private' }) })
    const { gmem: file } = expectDone(privateFile, `creating ${begins}`)
    const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), `mapping ${begins}`)
    expectDone(await agent.vm.setMemslot({ vm: other, slot: 0, gpa, size, gmem: file, mapping }), `binding ${begins}`)
    const { vcpu } = expectDone(await agent.vm.createVcpu(other), 'creating a vCPU')
    const look = uapi.expects.plainVmReachesPrivatePages ? 0x6d : 'fault'
    await agent.guest.fill(vcpu, gpa, size, { byte: 0x6d })
    const guest = expectDone(await agent.guest.scan(vcpu, gpa, size), 'the guest looking')
    check.equal<unknown>(guest.runs, [{ first: 0, count: 4, value: look }], `guest view of ${begins}`)
    const host = expectDone(await agent.host.scan(mapping, 0, size), 'the host looking')
    check.equal<unknown>(host.runs, [{ first: 0, count: 4, value: 'sigbus' }], `host view of ${begins}`)
  },
})
