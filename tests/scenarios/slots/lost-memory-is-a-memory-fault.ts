// S-A18: an access to memory that the guest cannot have neither crashes nor loops: KVM_RUN ends with EFAULT and names the page.
import { scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'an access of the guest to a lost page ends in a memory fault',
  rules: ['S-A18', 'S-A35'],
  needs: ['private-memory'],
  async run({ memory, agent, check, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'private', mapped: false })
    const { gmem, gpa, vcpu } = file.handles
    await file.guest.fill(file.all, 0x79)

    expectErrno(await agent.close(gmem), 'OK', 'closing the file')

    check.equal<unknown>(await file.guest.look(file.all), [{ first: 0, count: 8, value: 'fault' }], 'guest view')
    const access = await agent.guest.write(await vcpu(), gpa + 0x5010, Buffer.from([1]))
    check.equal([access.outcome, access.errno], ['memory-fault', 'EFAULT'], 'how the access of the guest ends')
    check.equal([access.faultGpa, access.faultSize], [BigInt(gpa + 0x5000), 0x1000n], 'the page it names')
  },
})
