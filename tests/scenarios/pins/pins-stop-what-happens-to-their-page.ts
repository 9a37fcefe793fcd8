// S-A9, S-A31, S-A24: a pin anywhere in a split huge page of either size stops merges and holes there, and nothing beside it.
import {
  fallocateModes,
  page,
  pages,
  pageSize,
  pagesPerHugePage,
  scenario,
  type HugePageSize,
  type PageRange,
  type ScenarioContext,
} from '../../../harness/api.ts'

const hole = fallocateModes.keepSize | fallocateModes.punchHole
/** The places of pins, one after the other. */
const places = { '2M': [1, 33, 511], '1G': [200_001] } as const

async function pinInside({ agent, memory, expectErrno }: ScenarioContext, size: HugePageSize): Promise<void> {
  const file = await memory({ pages: pagesPerHugePage(size), hugePages: size, initially: 'private' })
  const punch = async (range: PageRange, what: string): Promise<void> => {
    const { gmem } = file.handles
    const reply = await agent.gmem.fallocate(gmem, hole, range.first * pageSize, range.count * pageSize)
    expectErrno(reply, 'EAGAIN', what)
  }
  // All of a whole huge page of 1G is zeroed when it is touched, which takes long.
  const looksWhole = size === '2M'
  await file.convert('shared', page(0))
  await file.guest.fill(pages(2, 4), 0x61)
  for (const [index, place] of places[size].entries()) {
    const method = index % 2 === 0 ? 'vmsplice' : 'gup-test'
    const beside = page(place - 1)
    await file.convert('shared', pages(place - 1, 2))
    await file.host.fill(pages(place - 1, 2), 0x62 + index)
    const pin = await file.pin(page(place), method)
    await file.expectRefusal('private', file.all, 'EAGAIN', place)
    await punch(page(place), `a hole in the pinned page ${place} of ${size}`)
    await punch(file.all, `a hole in ${size} with a pinned page ${place}`)
    await file.punchHole(beside)
    await file.convert('private', beside)
    await file.expectSplit(file.all)
    await file.convert('shared', beside)
    await file.matchesModel(pages(place - 1, 2))

    await pin.release()
    await file.convert('private', file.all)
    if (looksWhole) await file.expectWhole(file.all)
    await file.convert('shared', page(place))
    await file.host.expect(page(place), 0x62 + index)
    await file.guest.expect(pages(3, 3), 0x61)
  }
  await file.punchHole(file.all)
  await file.expectAccounting()
}

export default scenario({
  title: 'a pin in a split huge page of 2M or 1G stops its merge and its hole, and those of no other page',
  rules: ['S-A9', 'S-A12', 'S-A24', 'S-A31', 'S-A30', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'gup-test'],
  pools: { '2M': 1, '1G': 1 },
  async run(context) {
    for (const size of ['2M', '1G'] as const) await pinInside(context, size)
  },
})
