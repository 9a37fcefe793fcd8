// S-A5: a page of a file is in one memslot at most; the neighbours of a bound range can be bound, and so can the range after it is unbound.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

const bound = pages(2, 4)
const overlapping = [pages(2, 4), pages(0, 8), pages(1, 2), pages(5, 2), pages(3, 1)]
const free = [pages(0, 2), pages(6, 2)]

export default scenario({
  title: 'a range that is bound to a memslot cannot be bound to another one',
  rules: ['S-A5'],
  needs: ['private-memory'],
  async run({ agent, memory, expectErrno, uapi }) {
    const file = await memory({ pages: 8, initially: 'shared', slot: false, mapped: false })
    const { vm, gmem, gpa } = file.handles
    const bind = (slot: number, range: typeof bound): ReturnType<typeof agent.vm.setMemslot> =>
      agent.vm.setMemslot({
        vm,
        slot,
        gpa: gpa + slot * 16 * pageSize,
        size: range.count * pageSize,
        gmem,
        gmemOffset: range.first * pageSize,
      })

    expectErrno(await bind(0, bound), 'OK', 'binding pages 2..5')
    for (const range of overlapping) {
      const reply = await bind(1, range)
      const what = `binding ${range.count} pages from ${range.first} on`
      expectErrno(reply, uapi.expects.overlappingSlot, what)
    }
    for (const [index, range] of free.entries()) {
      expectErrno(await bind(2 + index, range), 'OK', `binding ${range.count} free pages from ${range.first} on`)
    }
    expectErrno(await agent.vm.deleteMemslot(vm, 0), 'OK', 'deleting the slot of pages 2..5')
    expectErrno(await bind(1, bound), 'OK', 'binding pages 2..5 again')
  },
})
