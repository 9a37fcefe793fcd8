// S-A3: a file without SUPPORT_SHARED has no page that the host may see: mmap is ENODEV.
import { mapFlags, pageSize, protections, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a file without SUPPORT_SHARED cannot be mapped',
  rules: ['S-A3', 'S-B11'],
  needs: ['private-memory'],
  async run({ agent, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const created = await agent.gmem.create({ vm, size: 4 * pageSize, flags: 0n })
    const { gmem: file } = expectDone(created, 'creating a file without flags')

    for (const protection of [protections.none, protections.read, protections.read | protections.write]) {
      const reply = await agent.host.mmap({ file, length: pageSize, protection, flags: mapFlags.shared })
      expectErrno(reply, 'ENODEV', `mapping it with protection ${protection}`)
    }
  },
})
