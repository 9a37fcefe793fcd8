// S-B5: an argument that is wrong comes back as it was, with each of its mistakes; EFAULT comes before all other checks.
import { page, pages, pageSize, scenario, type RawArgument } from '../../../harness/api.ts'

const size = 8 * pageSize
const cases: readonly { readonly what: string; readonly values: RawArgument }[] = [
  { what: 'an empty range', values: { offset: 0, size: 0 } },
  { what: 'an empty range behind the end', values: { offset: size, size: 0 } },
  { what: 'a misaligned offset', values: { offset: 1, size: pageSize } },
  { what: 'a misaligned size', values: { offset: 0, size: pageSize + 1 } },
  { what: 'a range that begins at the end', values: { offset: size, size: pageSize } },
  { what: 'a range that ends behind the end', values: { offset: size - pageSize, size: 2 * pageSize } },
  { what: 'a range that overflows', values: { offset: pageSize, size: -1 * pageSize } },
  { what: 'a flag', values: { offset: 0, size: pageSize, flags: 1 } },
  { what: 'an unknown attribute', values: { offset: 0, size: pageSize, attributes: 1 } },
  { what: 'a reserved word', values: { offset: 0, size: pageSize, reserved: [1] } },
  { what: 'all of these', values: { offset: 1, size: 0, flags: 1, attributes: 1, reserved: [1] } },
]

export default scenario({
  title: 'an argument that is refused comes back unchanged, and one that cannot be read is EFAULT before that',
  rules: ['S-B5', '2.2-efault', '2.2-range', '2.2-alignment'],
  needs: ['file-attributes'],
  async run({ agent, memory, uapi, check, expectErrno }) {
    const file = await memory({ pages: 8, initially: 'shared' })
    const { gmem: handle } = file.handles
    await file.host.fill(file.all, 0x52)
    const pin = await file.pin(page(1), 'vmsplice')
    const request = uapi.requests.private

    for (const { what, values } of cases) {
      const bytes = uapi.argument('private', { errorOffset: 0xabcd_ef01n, ...values })
      const reply = await agent.ioctlRaw({ handle, request, bytes })
      expectErrno(reply, 'EINVAL', `converting with ${what}`)
      check.equal(reply.bytes.toString('hex'), bytes.toString('hex'), `the argument after ${what}`)
      const readOnly = await agent.ioctlRaw({ handle, request, argument: 'read-only-buffer', bytes })
      expectErrno(readOnly, 'EINVAL', `converting with ${what} in memory that cannot be written`)
    }
    // An errno that comes with an offset needs memory for it.
    const bytes = uapi.argument('private', { offset: 0, size })
    const refused = await agent.ioctlRaw({ handle, request, argument: 'read-only-buffer', bytes })
    expectErrno(refused, 'EFAULT', 'a refusal in memory that cannot be written')
    const unreadable = await agent.ioctlRaw({ handle, request, argument: 'value', value: 8n })
    expectErrno(unreadable, 'EFAULT', 'an argument that cannot be read')
    await file.matchesModel()
    await pin.release()
    await file.convert('private', pages(0, 8))
    await file.matchesModel()
  },
})
