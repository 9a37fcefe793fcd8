// S-A35: a mapping keeps the huge pages of a closed file, split or whole, with their states; the last unmap returns them to the pool.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a mapping keeps the huge pages of a closed file, and its end returns them to the pool',
  rules: ['S-A35', 'S-A36', 'S-A25'],
  bugs: ['A-26'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 4 },
  async run({ memory, pools, agent, check, expectDone }) {
    const before = await pools.counters('2M')
    const file = await memory({ pages: 1536, hugePages: '2M', initially: 'shared' })
    const { gmem, mapping } = file.handles
    await file.host.fill(pages(500, 24), 0x67)
    await file.guest.expect(pages(500, 24), 0x67)
    await file.convert('private', pages(512, 512))

    expectDone(await agent.close(gmem), 'closing the only descriptor')
    const lent = { ...before, free: before.free - 2, reserved: before.reserved + 1 }
    check.equal(await pools.counters('2M'), lent, 'the pool while a mapping is there')
    await file.host.expect(pages(500, 12), 0x67)
    await file.host.expectSigbus(pages(512, 512))
    await file.host.fill(page(1024), 0x68)
    const all = { ...before, free: before.free - 3 }
    check.equal(await pools.counters('2M'), all, 'the pool after a touch through the mapping')
    await file.guest.expect(pages(500, 24), 0x67)

    if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping it')
    check.equal(await pools.counters('2M'), before, 'the pool without the mapping')
    const wanted = [{ first: 500, count: 24, value: 'fault' }]
    check.equal<unknown>(await file.guest.look(pages(500, 24)), wanted, 'guest view without the mapping')
  },
})
