// S-B9: there is one place for the state of a page: with attributes of files, KVM_SET_MEMORY_ATTRIBUTES of the VM is refused, and nothing changes.
import { interfaceOf, pages, pageSize, scenario } from '../../../harness/api.ts'

const ofVm = interfaceOf('vm-attributes')

export default scenario({
  title: 'the VM takes no attributes where the file has them',
  rules: ['S-B9', '1.1-capabilities'],
  bugs: ['B-9'],
  needs: ['file-attributes'],
  async run({ agent, memory, check, expectDone, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const { vm, gpa } = file.handles
    await file.host.fill(file.all, 0x53)
    await file.convert('private', pages(4, 4))
    await file.guest.fill(pages(4, 2), 0x54)

    for (const { what, number, value } of ofVm.extensions.filter((each) => each.value !== undefined)) {
      const found = expectDone(await agent.vm.checkExtension(number, vm), `asking for ${number}`).value
      check.equal(found, 0, `the answer of the VM to ${number}: ${what}, where another kernel answers ${value}`)
    }
    for (const to of ['private', 'shared'] as const) {
      const bytes = ofVm.argument(to, { offset: gpa, size: 8 * pageSize })
      const reply = await agent.ioctlRaw({ handle: vm, request: ofVm.requests[to], bytes })
      expectErrno(reply, 'ENOTTY', `setting attributes of the VM to ${to}`)
      await file.matchesModel()
    }
  },
})
