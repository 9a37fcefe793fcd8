// 2.2: the kernel ignores the reserved fields in both directions.
import { ioctls, page, pageSize, scenario, words } from '../../../harness/api.ts'

const garbage = [-1, 1n << 63n, 1, 0x5a5a_5a5a_5a5an, pageSize]

export default scenario({
  title: 'a conversion works with any value in the reserved fields',
  rules: ['2.2-reserved'],
  async run({ agent, memory, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared' })
    const { gmem: handle } = file.handles
    await file.host.fill(file.all, 0x77)
    const bytes = words(2 * pageSize, pageSize, 0, ...garbage)

    const toPrivate = await agent.ioctlRaw({ handle, request: ioctls.gmemConvertPrivate, bytes })
    expectErrno(toPrivate, 'OK', 'converting page 2 to private')
    file.model.convert('private', page(2))
    await file.matchesModel()

    const toShared = await agent.ioctlRaw({ handle, request: ioctls.gmemConvertShared, bytes })
    expectErrno(toShared, 'OK', 'converting page 2 to shared')
    file.model.convert('shared', page(2))
    await file.matchesModel()
  },
})
