// S-A4: fstat reports the size that creation asked for, and the page size of the file as its block size.
import { pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'fstat reports the size that creation asked for and the page size of the file',
  rules: ['S-A4'],
  needs: ['private-memory'],
  async run({ agent, check, memory, expectDone }) {
    for (const pages of [1, 3, 512, 513]) {
      const { gmem } = (await memory({ pages, initially: 'shared', slot: false, mapped: false })).handles
      const status = expectDone(await agent.gmem.status(gmem), 'asking for the status')

      check.equal(status.size, pages * pageSize, `st_size of a file of ${pages} pages`)
      check.equal(status.blockSize, pageSize, `st_blksize of a file of ${pages} pages`)
    }
  },
})
