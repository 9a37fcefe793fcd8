// S-A36: a huge page is reserved by creation, taken by a touch, and reserved again by a hole; splits and merges do not count.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'the pool counts creation, allocation and holes in the same way for split and whole huge pages',
  rules: ['S-A36', 'S-A22', 'S-A34'],
  bugs: ['A-32', 'A-33'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap'],
  pools: { '2M': 4 },
  async run({ memory, pools, check }) {
    const before = await pools.counters('2M')
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'private' })
    const [left, right] = [pages(0, 512), pages(512, 512)]
    await file.expectAccounting()

    await file.guest.fill(page(7), 0x51)
    await file.expectAccounting()
    await file.convert('shared', page(700))
    await file.expectAccounting()
    await file.allocate(right)
    await file.convert('shared', page(3))
    await file.expectSplit(file.all)
    await file.expectAccounting()
    await file.convert('private', page(3))
    await file.expectWhole(left)
    await file.expectAccounting()

    for (const range of [left, right, left, file.all]) {
      await file.punchHole(range)
      await file.expectAccounting()
      await file.allocate(range)
      await file.expectAccounting()
    }

    await file.close()
    check.equal(await pools.counters('2M'), before, 'the pool when the file is gone')
  },
})
