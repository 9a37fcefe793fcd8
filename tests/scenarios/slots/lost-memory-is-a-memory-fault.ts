// S-A18: what the guest cannot have is neither a crash nor an endless loop: KVM_RUN ends with EFAULT and says which page it was.
import { scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the guest leaves with a memory fault at a page that it cannot have',
  rules: ['S-A18', 'S-A35'],
  needs: ['private-memory'],
  async run({ memory, agent, check, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'private', mapped: false })
    const { gmem, gpa, vcpu } = file.handles
    await file.guest.fill(file.all, 0x79)

    expectErrno(await agent.close(gmem), 'OK', 'closing the file')

    check.equal<unknown>(
      await file.guest.look(file.all),
      [{ first: 0, count: 8, value: 'fault' }],
      'what the guest sees',
    )
    const access = await agent.guest.write(await vcpu(), gpa + 0x5010, Buffer.from([1]))
    check.equal(
      [access.outcome, access.errno],
      ['memory-fault', 'EFAULT'],
      'how the access of the guest ends',
    )
    check.equal([access.faultGpa, access.faultSize], [BigInt(gpa + 0x5000), 0x1000n], 'the page it names')
  },
})
