// S-A5: a memslot accepts whole pages inside the file, and nothing else.
import { pageSize, scenario } from '../../../harness/api.ts'

const pages = 8
const cases = [
  { what: 'the whole file', offset: 0, size: pages * pageSize, wanted: 'OK' },
  { what: 'the last page', offset: 7 * pageSize, size: pageSize, wanted: 'OK' },
  { what: 'a page more than the file has', offset: 0, size: 9 * pageSize, wanted: 'EINVAL' },
  { what: 'the last page and one more', offset: 7 * pageSize, size: 2 * pageSize, wanted: 'EINVAL' },
  { what: 'the page behind the end', offset: 8 * pageSize, size: pageSize, wanted: 'EINVAL' },
  { what: 'a page far behind the end', offset: 1n << 62n, size: pageSize, wanted: 'EINVAL' },
  { what: 'a page at a negative offset', offset: -2 * pageSize, size: pageSize, wanted: 'EINVAL' },
  { what: 'a range that overflows', offset: -1 * pageSize, size: 2 * pageSize, wanted: 'EINVAL' },
  { what: 'a page at offset 1', offset: 1, size: pageSize, wanted: 'EINVAL' },
  { what: 'a page from the middle of a page on', offset: 2048, size: pageSize, wanted: 'EINVAL' },
  { what: 'a page at one byte behind a page', offset: pageSize + 1, size: pageSize, wanted: 'EINVAL' },
] as const

export default scenario({
  title: 'a memslot accepts only aligned ranges inside the file',
  rules: ['S-A5'],
  needs: ['private-memory'],
  async run({ agent, memory, expectDone, expectErrno }) {
    const file = await memory({ pages, initially: 'shared', slot: false, mapped: false })
    const { vm, gmem, gpa } = file.handles

    for (const { what, offset, size, wanted } of cases) {
      const reply = await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem, gmemOffset: offset })
      expectErrno(reply, wanted, `binding ${what}`)
      if (reply.errno === 'OK') expectDone(await agent.vm.deleteMemslot(vm, 0), 'deleting the slot')
    }
  },
})
