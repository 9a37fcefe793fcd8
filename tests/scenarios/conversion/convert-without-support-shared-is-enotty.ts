// O-8: a file without SUPPORT_SHARED has no state to convert: the ioctls do not exist there, for any argument.
import { pageSize, scenario } from '../../../harness/api.ts'

const ranges = [
  { what: 'a page', offset: 0, size: pageSize },
  { what: 'all pages', offset: 0, size: 4 * pageSize },
  { what: 'nothing', offset: 0, size: 0 },
  { what: 'a page behind the end', offset: 4 * pageSize, size: pageSize },
]

export default scenario({
  title: 'a file without SUPPORT_SHARED cannot be converted',
  rules: ['O-8'],
  bugs: ['O-8'],
  async run({ agent, dialect, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const created = await agent.gmem.create({ vm, size: 4 * pageSize, flags: 0n })
    const { gmem: target } = expectDone(created, 'creating a file without flags')

    for (const { what, ...range } of ranges) {
      for (const to of ['shared', 'private'] as const) {
        const reply = await agent.gmem.convert({ target, dialect, to, ...range })
        expectErrno(reply, 'ENOTTY', `converting ${what} to ${to}`)
      }
    }
  },
})
