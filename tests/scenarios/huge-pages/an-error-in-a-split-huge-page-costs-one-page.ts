// S-A41: both sides lose the broken page of a split huge page and no other page: SIGBUS and EHWPOISON; the huge page is never merged again.
import { page, pages, scenario } from '../../../harness/api.ts'
import { retire } from '../common/failed-pages.ts'

export default scenario({
  title: 'a memory error in a split huge page costs one page and keeps the huge page split',
  rules: ['S-A41', 'S-A24'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'hugetlb', 'binary-stats', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run({ memory, pools, agent, check, expectDone, unpoison }) {
    const { total } = await pools.counters('2M')
    const file = await memory({ pages: 1024, hugePages: '2M', initially: 'shared' })
    const { gmem, vcpu, gpa } = file.handles
    await file.host.fill(file.all, 0x6c)
    const [first] = await file.host.frames(page(0))
    await file.failMemory(page(5), 'inject')

    // The old mapping still maps the page: a new mapping has to fault it in.
    const again = expectDone(await agent.host.mmap({ file: gmem, length: 1024 * 4096 }), 'mapping it again')
    const { runs } = await agent.host.scan(again.mapping, 4 * 4096, 3 * 4096)
    const seen = [
      { first: 0, count: 1, value: 0x6c },
      { first: 1, count: 1, value: 'sigbus' },
      { first: 2, count: 1, value: 0x6c },
    ]
    check.equal<unknown>(runs, seen, 'host view')
    const access = await agent.guest.read(await vcpu(), gpa + 5 * 4096, 8)
    check.equal(access.errno, 'EHWPOISON', 'the guest reading the broken page')

    await file.convert('private', file.all)
    // The first run maps the pages of the guest's own code.
    await file.guest.expect(page(400), 0x6c)
    const before = await file.guest.mappings()
    await file.guest.expect(pages(6, 4), 0x6c)
    await file.guest.expect(page(515), 0x6c)
    const after = await file.guest.mappings()
    const more = [after['4K'] - before['4K'], after['2M'] - before['2M']]
    check.equal(more, [4, 1], 'pages of 4K and 2M that the guest maps when all is private')
    await file.convert('shared', pages(0, 512))
    await file.host.expect(pages(0, 5), 0x6c)

    expectDone(await agent.host.munmap(again.mapping), 'unmapping it')
    await retire({ agent, expectDone, unpoison }, file.handles, [Number(first)])
    check.equal(await pools.resize('2M', 0), 0, 'the pool when all is freed')
    check.equal(await pools.resize('2M', total), total, 'the pool made again')
  },
})
