// S-A36: a pool can shrink while a file exists, but it keeps the pages that are reserved for the file, also after a hole.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a pool that shrinks keeps the reserved pages of a file, and frees them when the file is closed',
  rules: ['S-A36', 'S-A30'],
  bugs: ['A-33', 'O-11'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory, pools, check }) {
    const { total } = await pools.counters('2M')
    // A kernel that loses reservations may have lost some before.
    const kept = await pools.resize('2M', 0)
    const before = await pools.counters('2M')
    check.equal(await pools.resize('2M', total), total, 'the pool before any file')
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'shared', slot: false })
    await file.host.fill(page(3), 0x5a)
    check.equal(await pools.resize('2M', 0), kept + 2, 'pages of a shrunk pool: one in use, one reserved')

    await file.host.fill(page(515), 0x5b)
    await file.convert('private', file.all)
    await file.convert('shared', page(3))
    await file.host.expect(page(3), 0x5a)
    await file.punchHole(pages(0, 512))
    const { free, reserved } = await pools.counters('2M')
    check.that(reserved <= free, `the reserved pages (${reserved}) are free (${free})`)
    await file.host.fill(page(3), 0x5c)
    await file.matchesModel()

    await file.close()
    check.equal(await pools.counters('2M'), before, 'counters of a pool shrunk to no page')
    check.equal(await pools.resize('2M', total), total, 'the pool as it was')
  },
})
