// S-A4: the memory of a guest is no ordinary file: read, write, truncate, chmod and a second open fail.
import { openFlags, pageSize, scenario } from '../../../harness/api.ts'

const noData = ['read', 'write', 'pread', 'pwrite'] as const
const noAttributes = [
  { call: 'ftruncate', value: 0 },
  { call: 'ftruncate', value: pageSize },
  { call: 'ftruncate', value: 8 * pageSize },
  { call: 'fchmod', value: 0o777 },
] as const

export default scenario({
  title: 'reads, writes, resizing, chmod and reopening of the file are refused and change nothing',
  rules: ['S-A4'],
  needs: ['private-memory'],
  async run({ agent, check, memory, expectDone, expectErrno }) {
    const { gmem } = (await memory({ pages: 4, initially: 'shared', slot: false, mapped: false })).handles
    const before = expectDone(await agent.gmem.status(gmem), 'asking for the status')

    for (const call of noData) {
      check.that((await agent.gmem.attempt(gmem, call, 16)).errno !== 'OK', `${call} of 16 bytes fails`)
    }
    for (const { call, value } of noAttributes) {
      expectErrno(await agent.gmem.attempt(gmem, call, value), 'EINVAL', `${call} with ${value}`)
    }
    // A file of its own would belong to no VM.
    for (const flags of [openFlags.readOnly, openFlags.writeOnly, openFlags.readWrite]) {
      expectErrno(
        await agent.gmem.attempt(gmem, 'reopen', flags),
        'ENXIO',
        `opening /proc/self/fd/N with flags ${flags}`,
      )
    }
    const after = expectDone(await agent.gmem.status(gmem), 'asking for the status again')
    check.equal(after.size, before.size, 'the size of the file')
    check.equal(after.mode, before.mode, 'the mode of the file')
  },
})
