// K-ranges, S-A10: conversions from every place to every other one, in files of 4K and 2M that lie in two memslots: exactly the range changes.
import { page, pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { placesOf, rangesBetween, witnessesOf } from '../common/range-ends.ts'

const huge = pagesPerHugePage('2M')
/** The second slot begins inside of the second unit. */
const files = [
  { options: { pages: 7 }, slots: [pages(0, 4), pages(4, 3)] },
  { options: { pages: 3 * huge, hugePages: '2M' }, slots: [pages(0, huge + 188), pages(huge + 188, 2 * huge - 188)] },
] as const

export default scenario({
  title: 'a conversion changes each page of its range and no other, wherever it begins and ends',
  rules: ['K-ranges', 'S-A5', 'S-A7', 'S-A10', 'S-A19'],
  needs: ['in-place-conversion', 'binary-stats'],
  pools: { '2M': 3 },
  timeout: 20,
  async run({ memory, agent, check, expectDone, offered }) {
    for (const { options, slots } of offered(files)) {
      const file = await memory({ ...options, initially: 'shared' })
      const { vm, gmem, gpa, vcpu } = file.handles
      const places = placesOf(file.model.pagesPerUnit)
      const ranges = rangesBetween(places)
      const small = file.model.pagesPerUnit === 1
      await vcpu()
      expectDone(await agent.vm.deleteMemslot(vm, 0), 'unbinding the file')
      // Without a host address: else what the host loses, the guest loses as well.
      for (const [slot, part] of slots.entries()) {
        const [offset, size] = [part.first * pageSize, part.count * pageSize]
        const bound = await agent.vm.setMemslot({ vm, slot, gpa: gpa + offset, size, gmem, gmemOffset: offset })
        expectDone(bound, `binding memslot ${slot}`)
      }
      await file.host.fill(slots[0], 0x21)
      await file.host.fill(slots[1], 0x22)
      await file.host.fill(pages(file.pages - 1, 1), 0x23)
      for (const [to, back] of [
        ['private', 'shared'],
        ['shared', 'private'],
      ] as const) {
        await file.ensure(back, file.all)
        await file.perform(
          // Half of the ranges in each direction: splits and merges take long.
          ranges
            .filter((_, index) => small || (index % 2 === 0) === (to === 'private'))
            .flatMap((range) => [
              { does: 'convert', to, range },
              ...witnessesOf(range, places).flatMap(
                (at) =>
                  [
                    { does: 'host-look', range: at },
                    { does: 'guest-look', range: at },
                  ] as const,
              ),
              { does: 'convert', to: back, range },
            ]),
        )
        await file.matchesModel()
        if (!small) continue
        // Of pages of 4K, the guest loses those of the range alone.
        for (const range of ranges) {
          const before = await file.guest.mappedPages()
          await file.convert(to, range)
          const lost = before - (await file.guest.mappedPages())
          const name = `pages ${range.first}..${range.first + range.count - 1}`
          check.equal(lost, range.count, `pages that the guest lost when ${name} became ${to}`)
          await file.convert(back, range)
          await file.guest.look(file.all)
        }
      }
      // Of each range, one page at its end, then one at its start, is the last that is shared.
      await file.ensure('private', file.all)
      await file.perform(
        rangesBetween(places.slice(2, 6)).flatMap((range) =>
          [range.first + range.count - 1, range.first].flatMap((last) => {
            const rest = pages(last === range.first ? last + 1 : range.first, range.count - 1)
            return [
              { does: 'convert', to: 'shared', range },
              // An empty range is no conversion in each dialect.
              ...(rest.count === 0 ? [] : [{ does: 'convert', to: 'private', range: rest } as const]),
              { does: 'host-look', range: page(last) },
              { does: 'guest-look', range: page(last) },
              { does: 'convert', to: 'private', range: page(last) },
              { does: 'guest-look', range: page(last) },
            ] as const
          }),
        ),
      )
      if (!small) await file.expectAccounting()
    }
  },
})
