// S-A9: the kernel keeps a reference to what a process declares broken with MADV_HWPOISON, as with any page: it is in use.
import { page, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'a page that a process declares broken refuses to become private until it is declared good again',
  rules: ['S-A9', 'S-A36'],
  bugs: ['A-24', 'A-12'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run({ memory, pools, agent, check, expectDone, unpoison }) {
    const before = await pools.counters('2M')
    const file = await memory({ pages: 512, hugePages: '2M', initially: 'shared' })
    const { gmem, mapping } = file.handles
    await file.host.fill(file.all, 0x6e)
    const { pfn } = await file.failMemory(page(5), 'madvise')
    await file.expectRefusal('private', file.all, 'EAGAIN', 5)

    await unpoison(pfn)
    await file.convert('private', file.all)
    await file.guest.expect(file.all, 0x6e)
    await file.expectWhole(file.all)

    expectDone(await agent.close(gmem), 'closing the file')
    if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping it')
    check.equal(await pools.counters('2M'), before, 'the pool in the end')
  },
})
