// K-exec: memory of a guest is data for the host: no mapping of it can be executed, from the start or later.
import { pages, pageSize, protections, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a mapping that could be executed is refused, and no mapping can become one',
  rules: ['K-exec', 'S-A19'],
  pools: { '2M': 1 },
  async run({ memory, agent, expectErrno, offered }) {
    for (const options of offered([{ pages: 8 }, { pages: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ ...options, initially: 'shared' })
      const { gmem, mapping } = file.handles
      if (mapping === undefined) throw new Error('the file must be mapped')
      await file.host.fill(pages(0, 8), 0x41)
      await file.convert('private', pages(2, 2))
      for (const others of [protections.none, protections.read, protections.read | protections.write]) {
        const protection = protections.exec | others
        const mapped = await agent.host.mmap({ file: gmem, length: file.pages * pageSize, protection })
        expectErrno(mapped, 'EPERM', `mapping with protection ${protection}`)
        for (const index of [0, 2]) {
          const reply = await agent.host.protect(mapping, index * pageSize, pageSize, protection)
          expectErrno(reply, 'EACCES', `protecting page ${index} with ${protection}`)
        }
      }
      await file.matchesModel(pages(0, 8))
    }
  },
})
