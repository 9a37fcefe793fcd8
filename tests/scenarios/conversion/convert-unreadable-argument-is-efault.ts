// 2.2: an argument at an unreadable address is EFAULT in both directions, before the kernel checks any field.
import { scenario } from '../../../harness/api.ts'

const addresses = [
  { what: 'NULL', value: 0n },
  { what: 'page 0', value: 8n },
  { what: 'a kernel address', value: 0xffff_ffff_8100_0000n },
  { what: 'an address that no processor has', value: 0x8000_0000_0000_0000n },
]

export default scenario({
  title: 'an argument that cannot be read is EFAULT',
  rules: ['2.2-efault'],
  async run({ agent, memory, uapi, expectErrno }) {
    const { gmem: handle } = (await memory({ pages: 4, initially: 'shared', slot: false })).handles

    for (const { what, value } of addresses) {
      for (const request of new Set(Object.values(uapi.requests))) {
        const reply = await agent.ioctlRaw({ handle, request, argument: 'value', value })
        expectErrno(reply, 'EFAULT', `ioctl 0x${request.toString(16)} with an argument at ${what}`)
      }
    }
  },
})
