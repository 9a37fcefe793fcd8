// uAPI 1.1: KVM_CHECK_EXTENSION reports the parts of the interface, and ioctls and flags behave as reported.
import { pageSize, scenario } from '../../../harness/api.ts'

/** Of a file of huge pages, in the dialects that have them. */
const hugeFile = { initially: 'shared', hugePages: '2M' } as const

export default scenario({
  title: 'the reported capabilities match the abilities of the kernel',
  rules: ['1.1-capabilities'],
  bugs: ['B-9'],
  async run({ agent, uapi, check, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const { vm } = file.handles
    const answer = async (capability: number, from?: typeof vm): Promise<number> =>
      expectDone(await agent.vm.checkExtension(capability, from), `asking for ${capability}`).value

    for (const from of [undefined, vm]) {
      const where = from === undefined ? '/dev/kvm' : 'the VM'
      for (const { what, number, value } of uapi.extensions) {
        const found = await answer(number, from)
        if (value === undefined) check.that(found > 0, `${where} reports ${what}`)
        else check.equal(found, value, `the answer of ${where} to ${number}: ${what}`)
      }
    }
    expectErrno(await file.attemptConversion('private', { offset: 0, size: pageSize }), 'OK', 'converting')

    if (uapi.hugePagesExtension === undefined) return
    const huge = await agent.gmem.create({ vm, size: 512 * pageSize, flags: uapi.flagsFor(hugeFile) })
    const refused = huge.errno === 'EINVAL'
    check.equal(
      refused,
      (await answer(uapi.hugePagesExtension, vm)) === 0,
      'huge pages are refused where they are not reported',
    )
  },
})
