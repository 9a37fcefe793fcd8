// S-A35, S-A18: when the last descriptor is closed, the guest loses all pages of the file at once, the mapped shared pages included.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const memoryFaultExit = 39

export default scenario({
  title: 'closing a file unmaps its shared and its private pages from the guest',
  rules: ['S-A35', 'S-A18'],
  bugs: ['O-16'],
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared', mapped: false })
    const { gmem, gpa, vcpu } = file.handles
    await file.convert('private', pages(4, 4))
    await file.guest.fill(file.all, 0x1d)
    expectDone(await agent.close(gmem), 'closing the file')

    for (const index of [1, 6]) {
      const access = await agent.guest.write(await vcpu(), gpa + index * pageSize, Buffer.from('x'))
      expectErrno(access, 'EFAULT', `KVM_RUN with an access to page ${index}`)
      check.equal(access.exitReason, memoryFaultExit, `the exit reason of an access to page ${index}`)
      check.equal(access.faultGpa, BigInt(gpa + index * pageSize), 'the address of the fault')
    }
    const wanted = [{ first: 0, count: 8, value: 'fault' }]
    check.equal<unknown>(await file.guest.look(file.all), wanted, 'guest view of a closed file')
  },
})
