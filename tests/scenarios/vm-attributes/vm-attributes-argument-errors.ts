// V-2: KVM_SET_MEMORY_ATTRIBUTES refuses unknown flags and attributes and any range that is not one or more whole pages: EINVAL, and nothing changes.
import { attributes as known, interfaceOf, pageSize, scenario, vmTypes } from '../../../harness/api.ts'

const gpa = 0x4000_0000
const uapi = interfaceOf('vm-attributes')
const good = { address: gpa, size: pageSize, attributes: known.private, flags: 0 } as const
const cases = [
  { what: 'flags', ...good, flags: 1 },
  { what: 'the highest flag', ...good, flags: 1n << 63n },
  { what: 'an unknown attribute', ...good, attributes: 1n << 4n },
  { what: 'the attributes of reading, writing and executing', ...good, attributes: 7 },
  { what: 'an unknown attribute beside a known one', ...good, attributes: known.private | (1n << 63n) },
  { what: 'an empty range', ...good, size: 0 },
  { what: 'an address of one byte more', ...good, address: gpa + 1 },
  { what: 'half a page', ...good, size: 2048 },
  { what: 'a byte more than a page', ...good, size: pageSize + 1 },
  { what: 'a range that overflows', ...good, address: -1 * pageSize, size: 2 * pageSize },
]

export default scenario({
  title: 'memory attributes with invalid arguments are EINVAL',
  rules: ['V-2'],
  needs: ['private-memory', 'vm-attributes'],
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared', twoMemories: true })
    check.equal(file.handles.gpa, gpa, 'the address of page 0')
    await file.host.fill(file.all, 0x9d)
    const request = uapi.requests.private

    for (const { what, address, size, attributes, flags } of cases) {
      const bytes = uapi.argument('private', { offset: address, size, attributes, flags })
      const reply = await agent.ioctlRaw({ handle: file.handles.vm, request, bytes })
      expectErrno(reply, 'EINVAL', `setting attributes with ${what}`)
    }
    await file.matchesModel()

    const plain = expectDone(await agent.vm.create({ type: vmTypes.default }), 'creating a plain VM')
    const { address, ...rest } = good
    const bytes = uapi.argument('private', { offset: address, ...rest })
    const reply = await agent.ioctlRaw({ handle: plain.vm, request, bytes })
    expectErrno(reply, 'EINVAL', 'making a page private in a VM that has no private memory')
  },
})
