// S-A3: the host maps the pages themselves, not copies of them: any mapping but MAP_SHARED is EINVAL.
import { mapFlags, pageSize, protections, scenario } from '../../../harness/api.ts'

const readWrite = protections.read | protections.write

const cases = [
  { what: 'privately', flags: mapFlags.private, protection: readWrite, wanted: 'EINVAL' },
  { what: 'privately, to read', flags: mapFlags.private, protection: protections.read, wanted: 'EINVAL' },
  { what: 'shared', flags: mapFlags.shared, protection: readWrite, wanted: 'OK' },
  { what: 'shared, to read', flags: mapFlags.shared, protection: protections.read, wanted: 'OK' },
  { what: 'shared and validated', flags: mapFlags.sharedValidate, protection: readWrite, wanted: 'OK' },
] as const

export default scenario({
  title: 'a file can be mapped only with MAP_SHARED',
  rules: ['S-A3', 'S-B11'],
  async run({ agent, memory, expectErrno }) {
    for (const initially of ['shared', 'private'] as const) {
      const { gmem: file } = (await memory({ pages: 4, initially, slot: false, mapped: false })).handles

      for (const { what, flags, protection, wanted } of cases) {
        const reply = await agent.host.mmap({ file, length: 4 * pageSize, flags, protection })
        expectErrno(reply, wanted, `mapping a file that begins ${initially} ${what}`)
      }
    }
  },
})
