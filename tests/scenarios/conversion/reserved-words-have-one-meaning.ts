// 2.2: reserved words have no effect, or must be 0, each of them, in both directions: a refusal converts nothing.
import { page, pageSize, scenario } from '../../../harness/api.ts'

const garbage = [-1, 1n << 63n, 1, 0x5a5a_5a5a_5a5an, pageSize]

export default scenario({
  title: 'the reserved words of a conversion are ignored or refused, as the dialect has it, each of them',
  rules: ['2.2-reserved'],
  async run({ agent, memory, uapi, expectErrno }) {
    const wanted = uapi.expects.reservedWords
    const file = await memory({ pages: 4, initially: 'shared' })
    const { gmem: handle } = file.handles
    await file.host.fill(file.all, 0x77)

    for (let word = 0; word < uapi.reservedWords; word += 1) {
      for (const to of ['private', 'shared'] as const) {
        const value = garbage[word % garbage.length] ?? 1
        const reserved = Array.from({ length: word + 1 }, (_, index) => (index === word ? value : 0))
        const bytes = uapi.argument(to, { offset: 2 * pageSize, size: pageSize, reserved })
        const reply = await agent.ioctlRaw({ handle, request: uapi.requests[to], bytes })
        expectErrno(reply, wanted, `converting page 2 to ${to} with ${value} in reserved word ${word}`)
        if (wanted === 'OK') file.model.convert(to, page(2))
        if (word === 0) await file.matchesModel()
      }
    }
    await file.matchesModel()
    const reserved = Array.from({ length: uapi.reservedWords }, (_, index) => garbage[index % garbage.length] ?? 1)
    const bytes = uapi.argument('private', { offset: 2 * pageSize, size: pageSize, reserved })
    const reply = await agent.ioctlRaw({ handle, request: uapi.requests.private, bytes })
    expectErrno(reply, wanted, 'converting page 2 with values in all reserved words')
    if (wanted === 'OK') file.model.convert('private', page(2))
    await file.matchesModel()
  },
})
