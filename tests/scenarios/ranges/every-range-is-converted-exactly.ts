// K-ranges, S-A10: conversions from every place to every other one, in files of 4K and 2M that lie in two memslots: exactly the range changes.
import { pages, pagesPerHugePage, pageSize, scenario, type PageRange } from '../../../harness/api.ts'
import { placesOf, rangesBetween } from '../common/places.ts'

const huge = pagesPerHugePage('2M')
/** The second slot begins inside of the second unit. */
const files = [
  { options: { pages: 7 }, slots: [pages(0, 4), pages(4, 3)] },
  { options: { pages: 3 * huge, hugePages: '2M' }, slots: [pages(0, huge + 188), pages(huge + 188, 2 * huge - 188)] },
] as const

function indexesOf({ first, count }: PageRange): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

export default scenario({
  title: 'a conversion changes each page of its range and no other, wherever it begins and ends',
  rules: ['K-ranges', 'S-A5', 'S-A7', 'S-A10', 'S-A19'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, check, expectDone }) {
    for (const { options, slots } of files) {
      const file = await memory({ ...options, initially: 'shared', slot: false })
      const { vm, gmem, nestedVm, vcpu } = file.handles
      const guest = await vcpu()
      const small = file.model.pagesPerUnit === 1
      const bound: { readonly part: PageRange; readonly gpa: number }[] = []
      // Without a host address: else what the host loses, the guest loses as well.
      for (const part of slots) {
        const place = { size: part.count * pageSize, offset: part.first * pageSize }
        const { slot, gpa } = nestedVm.takeSlot({ ...place, alignment: huge * pageSize })
        const slotOfPart = { vm, slot, gpa, size: place.size, gmem, gmemOffset: place.offset }
        expectDone(await agent.vm.setMemslot(slotOfPart), `binding memslot ${slot}`)
        bound.push({ part, gpa })
      }
      const look = async (after: string) => {
        check.equal<unknown>(await file.host.look(file.all), file.model.hostView(), `host view ${after}`)
        for (const { part, gpa } of bound) {
          const reply = await agent.guest.scan(guest, gpa, part.count * pageSize)
          const runs = expectDone(reply, 'reading through a memslot').runs.map((run) => ({
            ...run,
            first: run.first + part.first,
          }))
          check.equal<unknown>(runs, file.model.guestView(part), `guest view from page ${part.first} on ${after}`)
        }
        file.model.allocate(file.all)
      }
      await file.host.fill(slots[0], 0x21)
      await file.host.fill(slots[1], 0x22)
      await file.host.fill(pages(file.pages - 1, 1), 0x23)
      for (const [to, back] of [
        ['private', 'shared'],
        ['shared', 'private'],
      ] as const) {
        await file.convert(back, file.all)
        await look(`after all became ${back}`)
        const all = await file.guest.mappedPages()
        let last: number[] = []
        for (const [index, range] of rangesBetween(placesOf(file.model.pagesPerUnit)).entries()) {
          // Half of the ranges in each direction take half of the time.
          if (!small && (index % 2 === 0) === (to === 'private')) continue
          const after = `after pages ${range.first}..${range.first + range.count - 1} became ${to}`
          await file.convert(to, range)
          // Of pages of 4K, the guest loses those of the range alone, and those of the range before it on their way back.
          if (small) {
            const lost = new Set([...indexesOf(range), ...last]).size
            check.equal(all - (await file.guest.mappedPages()), lost, `pages that the guest lost ${after}`)
            last = indexesOf(range)
          }
          await look(after)
          await file.convert(back, range)
        }
      }
      if (!small) await file.expectAccounting()
    }
  },
})
