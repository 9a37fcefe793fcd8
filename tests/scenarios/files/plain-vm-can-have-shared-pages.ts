// S-A2, S-A5, S-B1: a VM without private memory uses a file with shared pages like its host, and converts none where its dialect says so; the host reaches no private page.
import { memslotFlags, pageSize, scenario, vmTypes } from '../../../harness/api.ts'

const size = 4 * pageSize
const gpa = 0x4000_0000

export default scenario({
  title: 'a plain VM runs on the shared pages of a file, and its host reaches no private page',
  rules: ['S-A2', 'S-A5', 'S-A18', 'S-B1', '2.2-attributes'],
  bugs: ['B-13'],
  async run({ agent, dialect, uapi, check, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating a plain VM')
    const flags = uapi.flagsFor({ initially: 'shared' })
    const created = expectDone(await agent.gmem.create({ vm, size, flags }), 'creating a file with shared pages')
    const { gmem: sharedFile } = created
    const { plainVmConverts, plainVmUnmappableFile } = uapi.expects
    const { mapping: shared } = expectDone(await agent.host.mmap({ file: sharedFile, length: size }), 'mapping it')
    const { vcpu: cpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
    const slot = { vm, slot: 0, gpa, size, gmem: sharedFile, mapping: shared }
    expectDone(await agent.vm.setMemslot(slot), 'binding it')
    const written = await agent.host.fill(shared, 0, size, { seed: 7 })
    expectDone(written, 'the host writing to a file with shared pages')
    const seen = expectDone(await agent.guest.verify(cpu, gpa, size, { seed: 7 }), 'the guest reading')
    check.equal(seen.mismatches, 0, 'words in which the guest differs from the host')
    for (const [name, flag] of Object.entries(memslotFlags)) {
      if (flag === memslotFlags.guestMemfd) continue
      const flagged = { ...slot, slot: 1, gpa: gpa + size, flags: Number(memslotFlags.guestMemfd | flag) }
      expectErrno(await agent.vm.setMemslot(flagged), 'EINVAL', `binding it with the flag ${name}`)
    }
    for (const to of plainVmConverts ? [] : (['shared', 'private'] as const)) {
      const reply = await agent.gmem.convert({ target: sharedFile, dialect, to, offset: 0, size: pageSize })
      expectErrno(reply, 'EINVAL', `converting a page of a plain VM to ${to}`)
    }

    const unmappable = expectDone(await agent.gmem.create({ vm, size, flags: 0n }), 'creating an unmappable file')
    const bound = await agent.vm.setMemslot({ vm, slot: 1, gpa: gpa + size, size, gmem: unmappable.gmem })
    expectErrno(bound, plainVmUnmappableFile, 'binding an unmappable file')

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
