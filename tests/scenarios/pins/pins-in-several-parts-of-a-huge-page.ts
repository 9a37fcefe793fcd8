// S-A9, S-A24, S-A31, S-A25: several pins in far parts of one huge page of each size. A refusal names the first pin of its range,
// in any order of release; holes stop at pinned parts; a pin far from the start keeps the huge page when its file is gone.
import { setTimeout } from 'node:timers/promises'
import { fallocateModes, page, pages, pageSize, scenario, type PageRange } from '../../../harness/api.ts'
import { placesOfBothSizes } from '../common/huge-page-places.ts'

const hole = fallocateModes.keepSize | fallocateModes.punchHole
/** Longer than the kernel waits between two looks for the end of a pin. */
const pinnedMilliseconds = 250

export default scenario({
  title: 'several pins in far parts of a huge page of each size refuse, are named, and keep it until the last one ends',
  rules: ['S-A9', 'S-A12', 'S-A24', 'S-A25', 'S-A31', 'S-A36'],
  bugs: ['A-8'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'gup-test'],
  pools: { '2M': 2, '1G': 1 },
  timeout: 40,
  async run({ memory, pools, agent, check, expectErrno }) {
    for (const { size, huge, places } of placesOfBothSizes) {
      const before = await pools.counters(size)
      const file = await memory({ pages: huge, hugePages: size, initially: 'private' })
      const { gmem } = file.handles
      const [first, early, middle, late, last] = places
      for (const index of places) {
        await file.convert('shared', page(index))
        await file.host.fill(page(index), 0x61)
      }
      const expectRefusedHole = async (range: PageRange, what: string): Promise<void> => {
        const reply = await agent.gmem.fallocate(gmem, hole, range.first * pageSize, range.count * pageSize)
        expectErrno(reply, 'EAGAIN', `a hole in ${what} of a ${size} page`)
      }

      const pins = {
        early: await file.pin(page(early), 'gup-test'),
        late: await file.pin(page(late), 'vmsplice'),
        last: await file.pin(page(last), 'vmsplice'),
      }
      await file.expectRefusal('private', file.all, 'EAGAIN', early)
      await file.expectRefusal('private', pages(early + 1, last - early), 'EAGAIN', late)
      await file.expectRefusal('private', pages(late + 1, last - late), 'EAGAIN', last)
      await file.convert('private', page(first))
      await file.expectLayout(file.all)
      await expectRefusedHole(pages(late - 2, 4), 'a part with a pin')
      await expectRefusedHole(pages(middle + 1, huge - middle - 1), 'a part with two pins')
      await expectRefusedHole(file.all, 'all')
      await file.punchHole(pages(early + 1, late - early - 1))
      await file.perform(places.map((index) => ({ does: 'guest-look', range: page(index) }) as const))
      await file.expectAccounting()

      await pins.early.release()
      await file.expectRefusal('private', file.all, 'EAGAIN', late)
      await pins.last.release()
      await file.expectRefusal('private', file.all, 'EAGAIN', late)
      await file.convert('private', pages(late + 1, last - late))
      await file.convert('private', pages(0, late))
      await file.expectLayout(file.all)
      await pins.late.release()
      await file.convert('private', file.all)
      await file.expectLayout(file.all)

      // A pin far from the start, and then no file.
      await file.convert('shared', page(late))
      await file.host.expect(page(late), 0x61)
      const pin = await file.pin(page(late), 'gup-test')
      await file.close()
      await setTimeout(pinnedMilliseconds)
      const lent = { ...before, free: before.free - 1 }
      check.equal(await pools.counters(size), lent, `the pool of ${size} pages while a page is pinned`)
      await pin.release()
      await pools.expectBack(size, before, `the pool of ${size} pages after the pin is released`)
    }
  },
})
