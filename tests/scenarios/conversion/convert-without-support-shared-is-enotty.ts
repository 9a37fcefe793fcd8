// O-8: a file that cannot be mapped is converted like any other one, or has no conversion at all, for any argument.
import { pageSize, scenario } from '../../../harness/api.ts'

const size = 4 * pageSize
const ranges = [
  { what: 'a page', offset: 0, size: pageSize, isGood: true },
  { what: 'all pages', offset: 0, size, isGood: true },
  { what: 'nothing', offset: 0, size: 0, isGood: false },
  { what: 'a page behind the end', offset: size, size: pageSize, isGood: false },
]

export default scenario({
  title: 'a file that cannot be mapped is converted or refused as its dialect has it, for any range',
  rules: ['O-8'],
  bugs: ['O-8'],
  async run({ agent, uapi, dialect, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const created = await agent.gmem.create({ vm, size, flags: 0n })
    const { gmem: target } = expectDone(created, 'creating a file without flags')
    const { unmappableFile } = uapi.expects

    for (const { what, isGood, ...range } of ranges) {
      const wanted = unmappableFile === 'OK' && !isGood ? 'EINVAL' : unmappableFile
      for (const to of ['shared', 'private'] as const) {
        const reply = await agent.gmem.convert({ target, dialect, to, ...range })
        expectErrno(reply, wanted, `converting ${what} to ${to}`)
      }
    }
    const mapped = await agent.host.mmap({ file: target, length: size })
    expectErrno(mapped, 'ENODEV', 'mapping the file')
  },
})
