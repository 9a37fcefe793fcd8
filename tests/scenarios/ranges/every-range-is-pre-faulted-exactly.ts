// K-ranges, S-A18: pre-faults from every place to every other one, across two memslots and to beyond the last: exactly the units of the range are there and mapped.
import { pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { fewPlacesOf, rangesBetween } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
/** The second slot follows the first one in the guest and in the file. */
const files = [
  { options: { pages: 7 }, second: 4, level: '4K' },
  { options: { pages: 3 * huge, hugePages: '2M' }, second: 2 * huge, level: '2M' },
] as const

export default scenario({
  title: 'a pre-fault takes exactly the units that its range touches, across memslots, and stops where memory ends',
  rules: ['K-ranges', 'S-A5', 'S-A17', 'S-A18', 'S-A22', 'S-A34'],
  needs: ['in-place-conversion', 'pre-fault', 'binary-stats'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, check, expectDone, expectErrno, uapi, offered }) {
    for (const { options, second, level } of offered(files)) {
      const file = await memory({ ...options, initially: 'private', slot: false, mapped: false })
      const { vm, gmem, gpa, vcpu } = file.handles
      const guest = await vcpu()
      const unit = file.model.pagesPerUnit
      const slots = [pages(0, second), pages(second, file.pages - second)]
      const bind = async () => {
        for (const [slot, part] of slots.entries()) {
          const [offset, size] = [part.first * pageSize, part.count * pageSize]
          const bound = await agent.vm.setMemslot({ vm, slot, gpa: gpa + offset, size, gmem, gmemOffset: offset })
          expectDone(bound, `binding memslot ${slot}`)
        }
      }
      await bind()
      expectDone(await agent.guest.scan(guest, gpa, pageSize), 'mapping the code of the guest')
      const mappings = async () => Number((await agent.vm.stats(vm, level === '4K' ? 'pages_4k' : 'pages_2m')).value)
      await file.punchHole(file.all)
      const none = await mappings()
      for (const range of rangesBetween(fewPlacesOf(unit))) {
        // What ends with the file may as well end behind it: that is left.
        const beyond = range.first + range.count === file.pages ? 2 * pageSize : 0
        const [from, size] = [gpa + range.first * pageSize, range.count * pageSize + beyond]
        const name = `pages ${range.first}..${range.first + range.count - 1} of ${level}`
        const reply = expectDone(await agent.guest.preFault(guest, from, size), `faulting in ${name}`)
        const end = BigInt(from + range.count * pageSize)
        check.equal([reply.gpa, reply.size], [end, BigInt(beyond)], `what is left after faulting in ${name}`)
        file.model.allocate(range)
        const { blocks } = await agent.gmem.status(gmem)
        check.equal(
          blocks,
          unit > 1 ? file.model.allocatedPages * 8 : uapi.blocksOf(file.model.allocatedPages),
          `st_blocks after faulting in ${name}`,
        )
        const mapped = (await mappings()) - none
        check.equal(mapped, file.model.allocatedPages / unit, `mappings of ${level} after faulting in ${name}`)
        await file.punchHole(file.all)
      }
      const size = file.pages * pageSize
      for (const { what, at, length, flags = 0, wanted } of [
        { what: 'no bytes', at: gpa, length: 0, wanted: 'EINVAL' },
        { what: 'a byte', at: gpa, length: 1, wanted: 'EINVAL' },
        { what: 'a byte more than a page', at: gpa, length: pageSize + 1, wanted: 'EINVAL' },
        { what: 'a page from half a page on', at: gpa + 2048, length: pageSize, wanted: 'EINVAL' },
        { what: 'a range that overflows', at: gpa, length: -1 * gpa, wanted: 'EINVAL' },
        { what: 'a range that overflows by far', at: gpa, length: -1 * pageSize, wanted: 'EINVAL' },
        { what: 'a page with a flag', at: gpa, length: pageSize, flags: 1, wanted: 'EINVAL' },
        { what: 'a page behind the last memslot', at: gpa + size, length: pageSize, wanted: 'ENOENT' },
        { what: 'a page before the first memslot', at: gpa - pageSize, length: 2 * pageSize, wanted: 'ENOENT' },
      ] as const) {
        const reply = await agent.guest.preFault(guest, at, length, flags)
        expectErrno(reply, wanted, `faulting in ${what}`)
        check.equal((await agent.gmem.status(gmem)).blocks, 0, `st_blocks after faulting in ${what}`)
      }
      for (const slot of slots.keys()) expectDone(await agent.vm.deleteMemslot(vm, slot), `deleting memslot ${slot}`)
      if (unit > 1) await file.expectAccounting()
    }
  },
})
