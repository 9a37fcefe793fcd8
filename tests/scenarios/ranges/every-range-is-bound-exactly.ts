// K-ranges, S-A5: every range of a file from every place to every other one is bound beside a slot in its middle, in files of 4K, 2M and 1G: what overlaps is refused, all else shows its pages.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { placesOf, rangesBetween } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
const gigantic = pagesPerHugePage('1G')
/** The range that is bound all the time begins and ends inside of units. */
const files = [
  { options: { pages: 7 }, bound: pages(2, 2), places: placesOf(1) },
  {
    options: { pages: 3 * huge, hugePages: '2M' },
    bound: pages(huge, 188),
    places: [0, 1, huge - 1, huge, huge + 188, 3 * huge],
  },
  {
    options: { pages: gigantic, hugePages: '1G' },
    bound: pages(huge, 1),
    places: [0, 1, huge - 1, huge, huge + 1, gigantic - 1, gigantic],
  },
] as const

export default scenario({
  title: 'a memslot takes every range that no other one has, wherever it begins and ends',
  rules: ['K-ranges', 'S-A5', 'S-A6'],
  pools: { '2M': 3, '1G': 1 },
  timeout: 20,
  async run({ memory, agent, check, expectDone, expectErrno, uapi, offered }) {
    for (const { options, bound, places } of offered(files)) {
      const small = options.pages < gigantic
      const file = await memory({ ...options, initially: 'shared', slot: false, mapped: small })
      const { vm, gmem, gpa, vcpu } = file.handles
      if (small) {
        for (const place of places.slice(0, -1)) await file.host.fill(page(place), 1 + (place % 251))
        await file.host.fill(page(file.pages - 1), 0xff)
      }
      const bind = (slot: number, first: number, count: number) => {
        // Each range has its offset in the guest, a window for each slot.
        const at = gpa + slot * 2 ** 33 + first * pageSize
        return agent.vm.setMemslot({ vm, slot, gpa: at, size: count * pageSize, gmem, gmemOffset: first * pageSize })
      }
      expectDone(await bind(0, bound.first, bound.count), 'binding the range in the middle')
      for (const { first, count } of rangesBetween(places)) {
        const name = `pages ${first}..${first + count - 1} of a file of ${file.pages}`
        const overlaps = first < bound.first + bound.count && first + count > bound.first
        const reply = await bind(1, first, count)
        expectErrno(reply, overlaps ? uapi.expects.overlappingSlot : 'OK', `binding ${name}`)
        if (!overlaps && small) {
          for (const index of new Set([first, first + count - 1])) {
            const at = gpa + 2 ** 33 + index * pageSize
            const { runs } = expectDone(await agent.guest.scan(await vcpu(), at, pageSize), `reading page ${index}`)
            const found = runs.map(({ value }) => value)
            check.equal<unknown>(found, [file.model.guestSees(index)], `page ${index} through a memslot of ${name}`)
          }
        }
        if (!overlaps) expectDone(await agent.vm.deleteMemslot(vm, 1), `unbinding ${name}`)
        const beyond = first + count === file.pages ? await bind(1, first, count + 1) : undefined
        if (beyond !== undefined) expectErrno(beyond, 'EINVAL', `binding ${name} and one page more`)
      }
      expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the range in the middle')
      expectDone(await bind(1, 0, file.pages), 'binding the file')
      expectDone(await agent.vm.deleteMemslot(vm, 1), 'unbinding the file')
    }
  },
})
