// S-A12: a conversion that succeeds does not write to its argument; one that fails changes error_offset and no other field.
import { page, pages, pageSize, scenario, type RawArgument } from '../../../harness/api.ts'

const garbage = [0x11n, 0x2222n, -1, 1n << 63n, 0x5555n]

export default scenario({
  title: 'the argument is written back only when the conversion failed',
  rules: ['S-A12', 'S-A9', 'S-B5'],
  async run({ agent, memory, uapi, check, expectErrno }) {
    const request = uapi.requests.private
    // Where reserved words must be 0, the other fields alone can show that nothing is written.
    const reserved = uapi.expects.reservedWords === 'OK' ? garbage : []
    const words = (offset: number, size: number, values: RawArgument = {}) =>
      uapi.argument('private', { offset, size, reserved, ...values })
    const file = await memory({ pages: 8, initially: 'shared' })
    const { gmem: handle } = file.handles
    await file.host.fill(file.all, 0x55)
    // Not at offset 0, which error_offset has before.
    const firstTwo = words(pageSize, 2 * pageSize)
    const lastFour = words(4 * pageSize, 4 * pageSize)

    const done = await agent.ioctlRaw({ handle, request, bytes: firstTwo })
    expectErrno(done, 'OK', 'converting pages 1..2')
    check.equal(done.bytes.toString('hex'), firstTwo.toString('hex'), 'the argument after a success')
    file.model.convert('private', pages(1, 2))

    const readOnly = await agent.ioctlRaw({
      handle,
      request,
      argument: 'read-only-buffer',
      bytes: words(3 * pageSize, pageSize),
    })
    expectErrno(readOnly, 'OK', 'converting page 3 with an argument in read-only memory')
    file.model.convert('private', page(3))

    const pin = await file.pin(page(6), 'vmsplice')
    const refused = await agent.ioctlRaw({ handle, request, bytes: lastFour })
    expectErrno(refused, 'EAGAIN', 'converting the last four pages with page 6 pinned')
    const wanted = words(4 * pageSize, 4 * pageSize, { errorOffset: 6 * pageSize })
    check.equal(refused.bytes.toString('hex'), wanted.toString('hex'), 'the argument after a failure')
    await pin.release()
    await file.matchesModel()
  },
})
