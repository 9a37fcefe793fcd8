// S-A35, S-A18: when the last descriptor is closed the guest loses the memory at once, and its next access is KVM_EXIT_MEMORY_FAULT.
import { memoryFaultFlags, pageSize, scenario } from '../../harness/api.ts'

const memoryFaultExit = 39

export default scenario({
  title: 'closing a file takes it from the guest',
  rules: ['S-A35', 'S-A18'],
  needs: ['private-memory'],
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'private', mapped: false })
    const { gmem, gpa } = file.handles
    await file.guest.fill(file.all, 0x1d)
    expectDone(await agent.close(gmem), 'closing the file')

    const wanted = [{ first: 0, count: 8, value: 'fault' }]
    check.equal<unknown>(await file.guest.look(file.all), wanted, 'what the guest sees of a closed file')

    const access = await agent.guest.read(await file.handles.vcpu(), gpa + 3 * pageSize, 8)
    expectErrno(access, 'EFAULT', 'KVM_RUN with an access to page 3')
    check.equal(access.exitReason, memoryFaultExit, 'the exit reason')
    check.equal(access.faultGpa, BigInt(gpa + 3 * pageSize), 'the address of the fault')
    check.equal(access.faultSize, BigInt(pageSize), 'the size of the fault')
    check.equal(access.faultFlags, memoryFaultFlags.private, 'the flags of the fault: private memory')
  },
})
