// 2.2: the file accepts the ioctls of its dialect, by number, direction and size; any other ioctl is ENOTTY, and so are these on a VM that does not have them.
import { dialects, interfaceOf, pageSize, scenario } from '../../../harness/api.ts'

/** Of a request: the direction in the upper two bits, 14 bits of the size of the argument, the letter and the number. */
const sizeShift = 16n
const [directions, sizes] = [3n << 30n, 0x3fffn << sizeShift]

/** The requests that differ from a known one in one part. */
function near(request: bigint): { readonly what: string; readonly request: bigint }[] {
  const ofSize = (bytes: bigint): bigint => (request & ~sizes) | (bytes << sizeShift)
  const size = (request & sizes) >> sizeShift
  return [
    { what: 'the number before', request: request - 1n },
    { what: 'the number behind', request: request + 1n },
    { what: 'a smaller argument', request: ofSize(size / 2n) },
    { what: 'a larger argument', request: ofSize(size * 2n) },
    { what: 'an argument that is only read', request: (request & ~directions) | (1n << 30n) },
    { what: 'an argument that is only written', request: (request & ~directions) | (2n << 30n) },
    { what: 'no argument', request: request & 0xffffn },
    { what: 'another letter', request: request ^ 0x100n },
  ]
}

export default scenario({
  title: 'an ioctl that the file does not know is ENOTTY',
  rules: ['2.2-enotty'],
  async run({ agent, memory, uapi, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const { gmem, vm } = file.handles
    const own = new Set(Object.values(uapi.requests))
    const others = dialects.flatMap((name) => {
      return Object.values(interfaceOf(name).requests).map((request) => ({ what: `the dialect ${name}`, request }))
    })
    const unknown = [...[...own].flatMap(near), ...others, { what: 'a terminal', request: 0x5401n }]
    const bytes = Buffer.concat([uapi.argument('private', { offset: 0, size: pageSize }), Buffer.alloc(128)])

    for (const { what, request } of unknown.filter((each) => !own.has(each.request))) {
      const name = `ioctl 0x${request.toString(16)} (${what})`
      expectErrno(await agent.ioctlRaw({ handle: gmem, request, bytes }), 'ENOTTY', name)
    }
    for (const request of uapi.isOfVm ? [] : own) {
      const reply = await agent.ioctlRaw({ handle: vm, request, bytes })
      expectErrno(reply, 'ENOTTY', `ioctl 0x${request.toString(16)} on the VM`)
    }
    await file.matchesModel()
  },
})
