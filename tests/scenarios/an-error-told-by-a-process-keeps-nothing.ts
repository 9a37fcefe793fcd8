// S-A41: what is known to be broken is held by nobody: it does not refuse conversions, and its huge page ends with the file.
import { page, scenario } from '../../harness/api.ts'

export default scenario({
  title: 'a page that a process declared broken refuses no conversion, and its huge page is returned',
  rules: ['S-A41', 'S-A9', 'S-A36'],
  bugs: ['A-24', 'A-12'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run({ memory, pools, agent, check, expectDone }) {
    const before = await pools.counters('2M')
    const file = await memory({ pages: 512, hugePages: '2M', initially: 'shared' })
    const { gmem, mapping } = file.handles
    await file.host.fill(file.all, 0x6e)
    await file.failMemory(page(5), 'madvise')
    const { errno } = await file.attemptConversion('private', { offset: 0, size: 512 * 4096 })

    expectDone(await agent.close(gmem), 'closing the file')
    if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping it')
    const after = await pools.counters('2M')
    check.equal([errno, after], ['OK', before], 'converting it to private, and the pool in the end')
    check.equal(await pools.resize('2M', 0), 0, 'the pool when all is freed that is not broken')
    check.equal(await pools.resize('2M', before.total), before.total, 'the pool made of other memory')
  },
})
