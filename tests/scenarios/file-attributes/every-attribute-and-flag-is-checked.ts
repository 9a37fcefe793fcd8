// 2.2-attributes: PRIVATE is the only attribute, and no flag has a meaning: any other bit of either field is EINVAL, and converts nothing.
import { attributes, page, pages, pageSize, scenario } from '../../../harness/api.ts'

const bits = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))
const all = (1n << 64n) - 1n
const unknown = [...bits, all].filter((mask) => mask !== attributes.private)

export default scenario({
  title: 'each bit of attributes but PRIVATE, and each bit of flags, is EINVAL in both directions',
  rules: ['2.2-attributes', 'S-B5'],
  needs: ['file-attributes'],
  async run({ agent, memory, uapi, check, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const { gmem: handle } = file.handles
    await file.host.fill(file.all, 0x51)
    await file.convert('private', pages(4, 4))
    const request = uapi.requests.private
    const refuse = async (what: string, values: { attributes?: bigint; flags?: bigint }): Promise<void> => {
      for (const to of ['private', 'shared'] as const) {
        const bytes = uapi.argument(to, { offset: 2 * pageSize, size: 4 * pageSize, errorOffset: 0x77n, ...values })
        const reply = await agent.ioctlRaw({ handle, request, bytes })
        expectErrno(reply, 'EINVAL', `converting to ${to} with ${what}`)
        check.equal(reply.bytes.toString('hex'), bytes.toString('hex'), `the argument after ${what}`)
      }
    }
    for (const mask of unknown) {
      const name = `0x${mask.toString(16)}`
      await refuse(`attributes ${name}`, { attributes: mask })
      await refuse(`attributes ${name} beside PRIVATE`, { attributes: mask | attributes.private })
      await refuse(`flags ${name}`, { flags: mask })
    }
    await refuse('PRIVATE as a flag', { flags: attributes.private })
    await file.matchesModel()
    await file.convert('private', page(0))
    await file.matchesModel()
  },
})
