// uAPI 1.1: KVM_CHECK_EXTENSION reports the parts of the interface, and ioctls and flags behave as reported.
import { gmemFlags, kvmCapabilities, pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the reported capabilities match the abilities of the kernel',
  rules: ['1.1-capabilities'],
  bugs: ['B-9'],
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const { vm } = file.handles
    const reported = async (capability: number, from?: typeof vm): Promise<boolean> =>
      expectDone(await agent.vm.checkExtension(capability, from), `asking for ${capability}`).value > 0

    for (const from of [undefined, vm]) {
      const where = from === undefined ? '/dev/kvm' : 'the VM'
      check.that(await reported(kvmCapabilities.guestMemfd, from), `${where} reports guest_memfd`)
      check.that(await reported(kvmCapabilities.gmemSharedMem, from), `${where} reports shared memory in it`)
      check.that(await reported(kvmCapabilities.gmemConversion, from), `${where} reports its conversion`)
    }
    expectErrno(await file.attemptConversion('private', { offset: 0, size: pageSize }), 'OK', 'converting')

    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    const huge = await agent.gmem.create({ vm, size: 512 * pageSize, flags })
    const refused = huge.errno === 'EINVAL'
    check.equal(
      refused,
      !(await reported(kvmCapabilities.gmemHugetlb, vm)),
      'huge pages are refused where they are not reported',
    )
  },
})
