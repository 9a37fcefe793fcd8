// S-A3, S-A16: a mapping may extend behind the end of the file, but there is no page: an access is SIGBUS, and the file does not grow.
import { pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'an access behind the end of the file is SIGBUS',
  rules: ['S-A3', 'S-A16', 'S-B11'],
  async run({ agent, check, memory, expectDone }) {
    const file = await memory({ pages: 4, initially: 'shared', slot: false, mapped: false })
    const mapped = await agent.host.mmap({ file: file.handles.gmem, length: 8 * pageSize })
    const { mapping } = expectDone(mapped, 'mapping twice the length of the file')

    const { runs } = await agent.host.scan(mapping, 0, 8 * pageSize)
    check.equal<unknown>(
      runs,
      [
        { first: 0, count: 4, value: 0 },
        { first: 4, count: 4, value: 'sigbus' },
      ],
      'host view of a mapping of 8 pages of a file of 4',
    )
    const write = await agent.host.fill(mapping, 3 * pageSize, 2 * pageSize, { byte: 0x5e })
    check.equal(write.outcome, 'sigbus', 'writing across the end of the file')
    check.equal(write.faultOffset, 4 * pageSize, 'offset of the fault of that write')
    check.equal((await agent.gmem.status(file.handles.gmem)).size, 4 * pageSize, 'the size of the file')
  },
})
