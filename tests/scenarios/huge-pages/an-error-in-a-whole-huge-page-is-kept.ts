// S-A41: a broken page makes a whole huge page unusable for the guest until a split separates it from the good pages.
import { page, pages, scenario } from '../../../harness/api.ts'
import { retire } from '../common/failed-pages.ts'

export default scenario({
  title: 'a memory error in a whole huge page stops the guest, and stays with its page after a split',
  rules: ['S-A41', 'S-A23'],
  bugs: ['A-24'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run({ memory, pools, agent, check, expectDone, unpoison, failFrame }) {
    const { total } = await pools.counters('2M')
    const file = await memory({ pages: 512, hugePages: '2M', initially: 'shared' })
    const { vcpu, gpa } = file.handles
    await file.host.fill(file.all, 0x6d)
    const [first] = await file.host.frames(page(0))
    const [frame] = await file.host.frames(page(5))
    await file.convert('private', file.all)
    // Nothing of it is mapped by the host now, but frames do not move.
    check.equal((await failFrame(Number(frame))).errno, 'OK', 'failing page 5 of the huge page')

    const access = await agent.guest.read(await vcpu(), gpa + 100 * 4096, 8)
    check.equal(access.errno, 'EHWPOISON', 'the guest reading the broken huge page')
    await file.convert('shared', pages(0, 100))
    const seen = [
      { first: 4, count: 1, value: 0x6d },
      { first: 5, count: 1, value: 'sigbus' },
      { first: 6, count: 1, value: 0x6d },
    ]
    check.equal<unknown>(await file.host.look(pages(4, 3)), seen, 'host view of a part')
    await file.guest.expect(pages(6, 500), 0x6d)
    const broken = await agent.guest.read(await vcpu(), gpa + 5 * 4096, 8)
    check.equal(broken.errno, 'EHWPOISON', 'the guest reading the broken page')
    await file.convert('private', file.all)
    await file.guest.expect(pages(6, 500), 0x6d)

    await retire({ agent, expectDone, unpoison }, file.handles, [Number(first)])
    check.equal(await pools.resize('2M', 0), 0, 'the pool when all is freed')
    check.equal(await pools.resize('2M', total), total, 'the pool made again')
  },
})
