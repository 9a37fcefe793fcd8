// 2.2: the file accepts two ioctls, by number, direction and size; any other ioctl is ENOTTY, and no other kind of file accepts these two.
import { ioctls, pageSize, scenario, words } from '../../../harness/api.ts'

const unknown = [
  { what: 'the number before', request: 0xc040_af40n },
  { what: 'the number behind', request: 0xc040_af43n },
  { what: 'a smaller argument', request: 0xc020_af41n },
  { what: 'a larger argument', request: 0xc080_af42n },
  { what: 'an argument that is only read', request: 0x4040_af41n },
  { what: 'no argument', request: 0xaf41n },
  { what: 'the letter of /dev/kvm', request: 0xc040_ae41n },
  { what: 'attributes of the VM', request: ioctls.setMemoryAttributes },
  { what: 'attributes of a file', request: ioctls.setMemoryAttributes2 },
  { what: 'a terminal', request: 0x5401n },
]

export default scenario({
  title: 'an ioctl that the file does not know is ENOTTY',
  rules: ['2.2-enotty'],
  async run({ agent, memory, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const { gmem, vm } = file.handles
    const bytes = words(0, pageSize, 0, ...Array.from({ length: 16 }, () => 0))

    for (const { what, request } of unknown) {
      expectErrno(await agent.ioctlRaw({ handle: gmem, request, bytes }), 'ENOTTY', `an ioctl with ${what}`)
    }
    for (const request of [ioctls.gmemConvertShared, ioctls.gmemConvertPrivate]) {
      const reply = await agent.ioctlRaw({ handle: vm, request, bytes })
      expectErrno(reply, 'ENOTTY', `ioctl 0x${request.toString(16)} on the VM`)
    }
    await file.matchesModel()
  },
})
