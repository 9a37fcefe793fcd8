// S-A36: a huge page that was split and merged is clean in the end: a pool that shrinks reports no bad page state.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a pool can free pages that were split and merged, and allocate new ones',
  rules: ['S-A36', 'S-A25'],
  bugs: ['A-25', 'O-23'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory, pools, check }) {
    const before = await pools.counters('2M')
    const file = await memory({ pages: 1536, hugePages: '2M', initially: 'private' })
    for (const tag of [0x58, 0x59]) {
      await file.convert('shared', pages(256, 1024))
      await file.host.fill(pages(400, 200), tag)
      await file.guest.fill(page(1400), tag)
      const pin = await file.pin(page(450), 'vmsplice')
      await file.expectRefusal('private', file.all, 'EAGAIN', 450)
      await pin.release()
      await file.convert('private', file.all)
      await file.convertEach('shared', { every: 64, order: 'reverse' })
      await file.host.fill(page(64), tag)
      await file.convert('private', pages(0, 512))
      await file.punchHole(pages(1024, 512))
    }
    await file.close()

    check.equal(await pools.counters('2M'), before, 'the pool when the file is gone')
    check.equal(await pools.resize('2M', 0), 0, 'the pool when all its pages are freed')
    check.equal(await pools.resize('2M', before.total), before.total, 'the pool made anew')
  },
})
